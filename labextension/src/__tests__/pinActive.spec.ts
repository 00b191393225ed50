import type { Notebook } from '@jupyterlab/notebook';
import { pinActive } from '../pinActive';

/** What of a notebook concerns its active cell. */
class Cells {
  set: number[] = [];
  widgets = [
    { model: { type: 'markdown' }, isHidden: false },
    { model: { type: 'code' }, isHidden: true },
    { model: { type: 'code' }, isHidden: false },
    { model: { type: 'markdown' }, isHidden: false }
  ];

  get activeCell() {
    return this.widgets[this.activeCellIndex];
  }

  get activeCellIndex(): number {
    return this.set[this.set.length - 1] ?? 3;
  }
  set activeCellIndex(index: number) {
    this.set.push(index);
  }
}

describe('pinActive', () => {
  it('keeps the active cell where it is, until it is told where', () => {
    const cells = new Cells();
    const unpin = pinActive(cells as unknown as Notebook);
    cells.activeCellIndex = 5;
    cells.activeCellIndex++;
    expect(cells.activeCellIndex).toBe(3);
    unpin(1);
    expect(cells.activeCellIndex).toBe(1);
    cells.activeCellIndex = 2;
    expect(cells.activeCellIndex).toBe(2);
    expect(cells.set).toEqual([1, 2]);
  });

  it('has a visible code cell stand in for a text, which may be made anew', () => {
    const cells = new Cells();
    const { activeCell } = cells;
    const unpin = pinActive(cells as unknown as Notebook);
    expect(cells.activeCell).toBe(cells.widgets[2]);
    unpin(3);
    expect(cells.activeCell).toBe(activeCell);
  });
});
