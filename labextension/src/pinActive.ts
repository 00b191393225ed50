import type { Cell } from '@jupyterlab/cells';
import type { Notebook } from '@jupyterlab/notebook';

/**
 * Lets the active cell be, whatever happens to the cells, until the result is called; then makes the cell with the
 * given index the active one.
 *
 * JupyterLab hears of a change of many cells one by one, and each time moves the active cell along; whenever its index
 * changes, it sets the cursors in the editors of all the others anew, which takes their number times their number.
 */
export function pinActive(content: Notebook): (index: number) => void {
  const hidden = {
    activeCell: standIn(content),
    activeCellIndex: content.activeCellIndex
  };
  for (const [name, value] of Object.entries(hidden)) {
    Object.defineProperty(content, name, {
      configurable: true,
      get: () => value,
      set: () => undefined
    });
  }
  return index => {
    // Only the properties that hide those of the class.
    Object.keys(hidden).forEach(name => Reflect.deleteProperty(content, name));
    content.activeCellIndex = index;
  };
}

/**
 * A cell that stays, if the active one may go: one that goes has no id any more, as have all that go with it, and
 * JupyterLab looks for the headings above each that has the id of the active one.
 */
function standIn({ activeCell, widgets }: Notebook): Cell | null {
  return activeCell?.model.type === 'markdown'
    ? (widgets.find(
        ({ model, isHidden }) => model.type === 'code' && !isHidden
      ) ?? activeCell)
    : activeCell;
}
