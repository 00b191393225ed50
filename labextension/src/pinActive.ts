import type { Notebook } from '@jupyterlab/notebook';

/**
 * Lets the active cell be, whatever happens to the cells, until the result is called; then makes the cell with the
 * given index the active one.
 *
 * JupyterLab hears of a change of many cells one by one, and each time moves the active cell along; whenever its index
 * changes, it sets the cursors in the editors of all the others anew, which takes their number times their number.
 */
export function pinActive(content: Notebook): (index: number) => void {
  const pinned = content.activeCellIndex;
  Object.defineProperty(content, 'activeCellIndex', {
    configurable: true,
    get: () => pinned,
    set: () => undefined
  });
  return index => {
    // Only the property that hides the one of the class.
    Reflect.deleteProperty(content, 'activeCellIndex');
    content.activeCellIndex = index;
  };
}
