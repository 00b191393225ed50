import type { YNotebook } from '@jupyter/ydoc';
import type { IStep } from './order';

/** An entry of the notebook's undo stack. */
export type UndoItem = YNotebook['undoManager']['undoStack'][number];

/**
 * Makes the steps as one change that one undo takes back; returns its entry on the undo stack.
 *
 * Not `moveCell`: inside a transaction `cells` is out of date, and a second call loses a cell.
 */
export function applySteps(
  notebook: YNotebook,
  steps: readonly IStep[]
): UndoItem | null {
  if (steps.length === 0) {
    return null;
  }
  const { undoManager } = notebook;
  const moved = new Set(steps.map(step => step.id));
  const snapshots = new Map(
    notebook.cells
      .filter(cell => moved.has(cell.getId()))
      .map(cell => [cell.getId(), cell.toJSON()])
  );
  // Yjs merges changes made within half a second: keep ours apart from those before and after.
  undoManager.stopCapturing();
  notebook.transact(() => {
    for (const { id, from, to } of steps) {
      const snapshot = snapshots.get(id);
      if (snapshot !== undefined) {
        notebook.deleteCell(from);
        notebook.insertCell(to, snapshot);
      }
    }
  });
  undoManager.stopCapturing();
  return undoManager.undoStack[undoManager.undoStack.length - 1] ?? null;
}
