import type { YNotebook } from '@jupyter/ydoc';
import type { IArrangement } from './moved';
import type { SkipReason } from './order';
import { codeSnippet, headingLevel, markdownSnippet } from './snippet';
import type { IMoveState, INeighbour, IPlace } from './state';
import type { IRequestCell, ISuggestAnswer } from './tokens';

/** Letters that tell a place: enough to know the cell again. */
const PLACE_LENGTH = 44;

/** An answer together with the cells it was asked for. */
export class Suggestion {
  constructor(
    readonly answer: ISuggestAnswer,
    private readonly asked: readonly IRequestCell[],
    private readonly counts: ReadonlyMap<string, number | null>,
    /** How the cells stood when asked. */
    readonly arrangement: IArrangement
  ) {
    this.sources = new Map(asked.map(cell => [cell.id, cell.source]));
    this.indices = new Map(asked.map((cell, index) => [cell.id, index]));
    const stays = this.staying(new Set(answer.moves.map(move => move.cell)));
    const ids = asked.map(cell => cell.id);
    this._moves = answer.moves.map(move => ({
      cell: move.cell,
      snippet: markdownSnippet(this.sources.get(move.cell) ?? ''),
      level: headingLevel(this.sources.get(move.cell) ?? ''),
      from: this.place(ids, move.from, () => true),
      to: this.place(answer.order, move.to, stays),
      confidence: Math.min(1, Math.max(0, move.confidence)),
      status: 'open',
      ticked: true
    }));
  }

  /** The text of each cell when asked. */
  readonly sources: ReadonlyMap<string, string>;

  /** The moves as they stand. */
  get moves(): readonly IMoveState[] {
    return this._moves;
  }

  /** The cells which the answer wants moved and which have not been. */
  get unsettled(): ReadonlySet<string> {
    return this.idsWhere(move => move.status !== 'applied');
  }

  /** The cells that stand where the answer wants them. */
  get applied(): ReadonlySet<string> {
    return this.idsWhere(move => move.status === 'applied');
  }

  /** The cells whose move can be made. */
  get open(): ReadonlySet<string> {
    return this.idsWhere(move => move.status === 'open');
  }

  /** Sets the status of some moves, and with it where the others would go. */
  mark(ids: Iterable<string>, status: 'open' | 'applied' | SkipReason): void {
    const chosen = new Set(ids);
    this._moves = this._moves.map(move =>
      chosen.has(move.cell) ? { ...move, status } : move
    );
    const stays = this.staying(this.unsettled);
    const { order } = this.answer;
    this._moves = this._moves.map(move => ({
      ...move,
      to: this.place(order, order.indexOf(move.cell), stays)
    }));
  }

  /** Says which moves are wanted. */
  tick(ids: Iterable<string>, on: boolean): void {
    const chosen = new Set(ids);
    this._moves = this._moves.map(move =>
      chosen.has(move.cell) && move.ticked !== on
        ? { ...move, ticked: on }
        : move
    );
  }

  private staying(moving: ReadonlySet<string>): (id: string) => boolean {
    return id => !moving.has(id);
  }

  /** The place of the cell at `index` of `order`, told by those of its neighbours that stay. */
  private place(
    order: readonly string[],
    index: number,
    stays: (id: string) => boolean
  ): IPlace {
    const isCode = (id: string) =>
      this.asked[this.indices.get(id) ?? -1]?.cell_type === 'code';
    const previous = nearest(order, index, -1, stays);
    return {
      index:
        previous === undefined ? 0 : (this.indices.get(previous) ?? -1) + 1,
      after: this.neighbour(previous),
      codeBefore: this.neighbour(nearest(order, index, -1, isCode)),
      codeAfter: this.neighbour(nearest(order, index, 1, isCode))
    };
  }

  private neighbour(id: string | undefined): INeighbour | null {
    const cell =
      id === undefined ? undefined : this.asked[this.indices.get(id) ?? -1];
    return cell
      ? {
          cell: cell.id,
          type: cell.cell_type,
          snippet: snippetOf(cell),
          executionCount: this.counts.get(cell.id) ?? null
        }
      : null;
  }

  private idsWhere(test: (move: IMoveState) => boolean): ReadonlySet<string> {
    return new Set(this._moves.filter(test).map(move => move.cell));
  }

  private readonly indices: ReadonlyMap<string, number>;
  private _moves: readonly IMoveState[];
}

/** The first id before (-1) or after (1) `index` that passes. */
function nearest(
  order: readonly string[],
  index: number,
  direction: -1 | 1,
  passes: (id: string) => boolean
): string | undefined {
  for (let k = index + direction; k >= 0 && k < order.length; k += direction) {
    if (passes(order[k])) {
      return order[k];
    }
  }
  return undefined;
}

/** The number in brackets beside each code cell. */
export function executionCounts(
  notebook: YNotebook
): Map<string, number | null> {
  return new Map(
    notebook.cells.map(cell => [
      cell.getId(),
      'execution_count' in cell ? cell.execution_count : null
    ])
  );
}

function snippetOf(cell: IRequestCell): string {
  return cell.cell_type === 'markdown'
    ? markdownSnippet(cell.source, PLACE_LENGTH)
    : codeSnippet(cell.source, PLACE_LENGTH);
}
