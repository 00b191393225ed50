import type { IMoveState, IPlace } from './state';

/** A row of the list: one move, or a heading with the cells under it that move along. */
export interface IRow {
  /** The first of its cells. */
  readonly key: string;
  /** All its cells, in order. */
  readonly cells: readonly string[];
  /** The first words of the first cell. */
  readonly title: string;
  readonly from: IPlace;
  readonly to: IPlace;
  /** Between 0 and 1; of the least sure of its moves. */
  readonly confidence: number;
  readonly status: IMoveState['status'];
  readonly ticked: boolean;
}

/**
 * Moves, in the reading order of the suggestion, as rows.
 *
 * A heading takes along the cells that stand right under it now and in the suggestion, down to the
 * next heading of its own level or a higher one.
 */
export function rowsOf(moves: readonly IMoveState[]): IRow[] {
  const groups: IMoveState[][] = [];
  for (const move of moves) {
    const group = groups[groups.length - 1];
    if (group !== undefined && belongs(move, group)) {
      group.push(move);
    } else {
      groups.push([move]);
    }
  }
  return groups.map(([first, ...rest]) => ({
    key: first.cell,
    cells: [first, ...rest].map(move => move.cell),
    title: first.snippet,
    from: first.from,
    to: first.to,
    confidence: Math.min(...[first, ...rest].map(move => move.confidence)),
    status: first.status,
    ticked: [first, ...rest].every(move => move.ticked)
  }));
}

function belongs(move: IMoveState, group: readonly IMoveState[]): boolean {
  const [heading] = group;
  const last = group[group.length - 1];
  return (
    heading.level !== null &&
    (move.level === null || move.level > heading.level) &&
    move.status === heading.status &&
    move.from.after?.cell === last.cell &&
    follows(move, last)
  );
}

/** Whether nothing stands between two neighbouring moves in the suggestion. */
function follows(move: IMoveState, last: IMoveState): boolean {
  const before = move.to.after?.cell ?? null;
  return before === last.cell || before === (last.to.after?.cell ?? null);
}
