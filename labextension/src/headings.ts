/** A cell as far as collapsing is concerned; `level` is 1..6 for a heading, else null. */
export interface IHeadingCell {
  readonly id: string;
  readonly level: number | null;
  readonly collapsed: boolean;
}

/** The collapsed headings, in order, that are among `ids` or hide one of them. */
export function collapsedAround(
  cells: readonly IHeadingCell[],
  ids: ReadonlySet<string>
): string[] {
  const concerned = new Set<string>();
  let above: IHeadingCell[] = [];
  for (const cell of cells) {
    const { level } = cell;
    if (level !== null) {
      above = above.filter(heading => (heading.level ?? 0) < level);
    }
    if (ids.has(cell.id)) {
      for (const heading of [...above, cell]) {
        if (heading.level !== null && heading.collapsed) {
          concerned.add(heading.id);
        }
      }
    }
    if (level !== null) {
      above.push(cell);
    }
  }
  return cells.map(cell => cell.id).filter(id => concerned.has(id));
}
