import type { IRow } from './groups';

/** Where the slots of some rows are drawn: at a cell's lower edge, or at the upper edge of the first one. */
export interface ISlots {
  readonly cell: string;
  readonly edge: 'before' | 'after';
  readonly rows: readonly IRow[];
}

/**
 * The slots of the rows that can still be made, those of one place together, in reading order.
 *
 * A place inside a collapsed heading is shown at the nearest cell above that can be seen.
 *
 * @param cells The cells of the notebook as they are now; a place whose cell is gone has no slot.
 */
export function slotsOf(
  rows: readonly IRow[],
  cells: readonly { readonly id: string; readonly hidden: boolean }[]
): ISlots[] {
  const indices = new Map(cells.map(({ id }, index) => [id, index]));
  const found = new Map<string, { edge: ISlots['edge']; rows: IRow[] }>();
  for (const row of rows) {
    const after = row.to.after?.cell;
    let index = after === undefined ? 0 : (indices.get(after) ?? -1);
    while (index > 0 && cells[index].hidden) {
      index -= 1;
    }
    if (row.status !== 'open' || cells[index] === undefined) {
      continue;
    }
    const edge = after === undefined ? 'before' : 'after';
    const key = `${edge} ${cells[index].id}`;
    const slot = found.get(key) ?? { edge, rows: [] };
    slot.rows.push(row);
    found.set(key, slot);
  }
  return [...found].map(([key, { edge, rows }]) => ({
    cell: key.slice(edge.length + 1),
    edge,
    rows
  }));
}
