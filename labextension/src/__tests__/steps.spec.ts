import { MadeSteps } from '../steps';
import { idsOf, notebookOf } from './notebook';
import './quiet';

const STEPS = [{ id: 'm1', from: 2, to: 0 }];

/** Steps in a notebook of three cells, and how many views are held that were not put back. */
function made() {
  const notebook = notebookOf(['c1', 'c2', 'm1']);
  const view = { held: 0, holds: 0 };
  const steps = new MadeSteps(notebook, false, () => {
    view.held++;
    view.holds++;
    return () => {
      view.held--;
    };
  });
  return { notebook, steps, view };
}

describe('the view that a step holds', () => {
  it('is put back after the step, its undo and its redo', () => {
    const { notebook, steps, view } = made();
    steps.make(STEPS, ['m1'], []);
    expect(view).toEqual({ held: 0, holds: 1 });
    notebook.undo();
    expect(view).toEqual({ held: 0, holds: 2 });
    notebook.redo();
    expect(view).toEqual({ held: 0, holds: 3 });
    expect(idsOf(notebook)).toEqual(['m1', 'c1', 'c2']);
    steps.dispose();
  });

  it('is put back when Yjs finds nothing left to undo', async () => {
    const { notebook, steps, view } = made();
    steps.make(STEPS, ['m1'], []);
    const [item] = notebook.undoManager.undoStack;
    item.insertions.clients.clear();
    item.deletions.clients.clear();
    notebook.undo();
    await Promise.resolve();
    expect(view).toEqual({ held: 0, holds: 2 });
    steps.dispose();
  });

  it('is put back when the change fails', () => {
    const { notebook, steps, view } = made();
    notebook.transact = () => {
      throw new Error('failed');
    };
    expect(() => steps.make(STEPS, ['m1'], [])).toThrow('failed');
    expect(view).toEqual({ held: 0, holds: 1 });
    steps.dispose();
  });
});
