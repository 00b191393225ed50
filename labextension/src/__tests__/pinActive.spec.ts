import type { Notebook } from '@jupyterlab/notebook';
import { pinActive } from '../pinActive';

/** What of a notebook concerns its active cell. */
class Cells {
  set: number[] = [];

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
    unpin(7);
    expect(cells.activeCellIndex).toBe(7);
    cells.activeCellIndex = 8;
    expect(cells.activeCellIndex).toBe(8);
    expect(cells.set).toEqual([7, 8]);
  });
});
