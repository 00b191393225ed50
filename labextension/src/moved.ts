import type { YNotebook } from '@jupyter/ydoc';

/** The order of some cells at one moment, and which object each of them was. */
export interface IArrangement {
  readonly order: readonly string[];
  /** Moving a cell makes it anew, so a cell that is the same object has not been moved. */
  readonly identities: ReadonlyMap<string, object>;
}

/** How the cells of a notebook stand now. */
export function arrangementOf(notebook: YNotebook): IArrangement {
  return {
    order: notebook.cells.map(cell => cell.getId()),
    identities: new Map(notebook.cells.map(cell => [cell.getId(), cell.ymodel]))
  };
}

/**
 * The cells that were moved since `then`, of those that both arrangements hold.
 *
 * When two cells have changed sides, one of them was moved past the other: that is the one which was
 * made anew. Where this does not settle it, the fewest cells count as moved. So a cell past which the
 * author moves another one is not moved itself, and neither is one that came back to its place.
 */
export function movedSince(
  then: IArrangement,
  now: IArrangement,
  ignored: ReadonlySet<string> = new Set()
): Set<string> {
  const places = new Map(then.order.map((id, index) => [id, index]));
  const cells = now.order
    .filter(id => places.has(id) && !ignored.has(id))
    .map(id => ({
      id,
      place: places.get(id) ?? 0,
      anew: then.identities.get(id) !== now.identities.get(id)
    }));
  if (!cells.some(cell => cell.anew)) {
    return new Set();
  }
  // The heaviest run of cells in their old order; one cell that was never touched outweighs all others.
  const weights: number[] = [];
  const previous: number[] = [];
  let last = -1;
  cells.forEach(({ place, anew }, index) => {
    let best = -1;
    for (let k = 0; k < index; k++) {
      if (
        cells[k].place < place &&
        (best === -1 || weights[k] > weights[best])
      ) {
        best = k;
      }
    }
    previous.push(best);
    weights.push((anew ? 1 : cells.length + 1) + (weights[best] ?? 0));
    if (last === -1 || weights[index] > weights[last]) {
      last = index;
    }
  });
  const stayed = new Set<string>();
  for (let index = last; index !== -1; index = previous[index]) {
    stayed.add(cells[index].id);
  }
  return new Set(
    cells.filter(({ id, anew }) => anew && !stayed.has(id)).map(({ id }) => id)
  );
}
