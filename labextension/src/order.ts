/** A cell of the notebook as it is now, as far as moving it is concerned. */
export interface IPresentCell {
  readonly id: string;
  /** Whether it may be moved: markdown that is neither pinned nor read-only. */
  readonly movable: boolean;
  readonly source: string;
}

/** One cell taken out at `from` and put back at `to` (an index after taking it out). */
export interface IStep {
  readonly id: string;
  readonly from: number;
  readonly to: number;
}

/** Why a proposed move is not made. */
export type SkipReason = 'deleted' | 'edited' | 'moved' | 'pinned';

export interface ISkip {
  readonly id: string;
  readonly reason: SkipReason;
}

/** What to do, one step after the other, and what to leave alone. */
export interface IPlan {
  readonly steps: readonly IStep[];
  /** The cells that end in their suggested place, those that stand there already included. */
  readonly placed: readonly string[];
  readonly skipped: readonly ISkip[];
  /** The order of all cells afterwards. */
  readonly order: readonly string[];
}

export interface IPlanOptions {
  /** The cells as they are now, in order. */
  readonly present: readonly IPresentCell[];
  /** The suggested order of the cells as they were when asked. */
  readonly order: readonly string[];
  /** The cells which were to move and have not been moved: where they stand says nothing. */
  readonly unsettled: ReadonlySet<string>;
  /** The cells to move now, a part of `unsettled`. */
  readonly chosen: ReadonlySet<string>;
  /** The text of each cell when asked. */
  readonly sources: ReadonlyMap<string, string>;
  /** The cells that the author has moved since it was asked. */
  readonly moved: ReadonlySet<string>;
}

/**
 * Turns a suggestion into steps on the cells as they are now.
 *
 * A cell goes right after the nearest cell that precedes it in the suggested order and is not itself
 * still to be moved. So the moves can be made one by one in any order, and end in the suggested
 * order; cells which the author added meanwhile stay where they are, and so do those which the author
 * moved meanwhile.
 */
export function plan(options: IPlanOptions): IPlan {
  const { present, order, unsettled, chosen, sources, moved } = options;
  const cells = new Map(present.map(cell => [cell.id, cell]));
  const ids = present.map(cell => cell.id);
  const settled = new Set(ids.filter(id => !unsettled.has(id)));
  const steps: IStep[] = [];
  const placed: string[] = [];
  const skipped: ISkip[] = [];

  for (const id of order) {
    if (!chosen.has(id)) {
      continue;
    }
    const reason = skipReason(cells.get(id), sources.get(id));
    if (reason !== null) {
      skipped.push({ id, reason });
      continue;
    }
    const from = ids.indexOf(id);
    ids.splice(from, 1);
    const to = slot(id, order, ids, settled) ?? from;
    if (to !== from && moved.has(id)) {
      ids.splice(from, 0, id);
      skipped.push({ id, reason: 'moved' });
      continue;
    }
    ids.splice(to, 0, id);
    if (to !== from) {
      steps.push({ id, from, to });
    }
    placed.push(id);
    settled.add(id);
  }
  return { steps, placed, skipped, order: ids };
}

function skipReason(
  cell: IPresentCell | undefined,
  source: string | undefined
): SkipReason | null {
  if (cell === undefined) {
    return 'deleted';
  }
  if (cell.source !== source) {
    return 'edited';
  }
  return cell.movable ? null : 'pinned';
}

/** Where in `ids` the cell goes: after its nearest settled predecessor, else before its nearest settled successor. */
function slot(
  id: string,
  order: readonly string[],
  ids: readonly string[],
  settled: ReadonlySet<string>
): number | null {
  const place = order.indexOf(id);
  for (let k = place - 1; k >= 0; k--) {
    if (settled.has(order[k])) {
      return ids.indexOf(order[k]) + 1;
    }
  }
  for (let k = place + 1; k < order.length; k++) {
    if (settled.has(order[k])) {
      return ids.indexOf(order[k]);
    }
  }
  return null;
}
