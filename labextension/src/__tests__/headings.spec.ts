import { collapsedAround, type IHeadingCell } from '../headings';

/** `2-` is a collapsed heading of level 2, `2` an open one, `.` anything else; the id is the index. */
function cells(...marks: string[]): IHeadingCell[] {
  return marks.map((mark, index) => ({
    id: `${index}`,
    level: mark === '.' ? null : Number(mark[0]),
    collapsed: mark.endsWith('-')
  }));
}

describe('collapsedAround', () => {
  it('names the headings that hide a cell, the outer one first', () => {
    const notebook = cells('1-', '.', '2-', '.', '1-', '.');
    expect(collapsedAround(notebook, new Set(['3']))).toEqual(['0', '2']);
  });

  it('names a collapsed heading that is itself concerned', () => {
    expect(collapsedAround(cells('.', '2-', '.'), new Set(['1']))).toEqual([
      '1'
    ]);
  });

  it('passes over open headings and closed sections', () => {
    const notebook = cells('1', '2-', '.', '2', '.');
    expect(collapsedAround(notebook, new Set(['4']))).toEqual([]);
  });
});
