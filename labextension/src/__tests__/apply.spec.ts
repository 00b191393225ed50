import { applySteps } from '../apply';
import { plan } from '../order';
import { presentCells } from '../request';
import { idsOf, notebookOf, reordered } from './notebook';
import { seeded } from './random';

const IDS = ['m1', 'c1', 'm2', 'm3', 'c2', 'r1', 'm4', 'c3', 'm5', 'c4'];

function stepsTo(notebook: ReturnType<typeof notebookOf>, order: string[]) {
  const markdown = new Set(IDS.filter(id => id[0] === 'm'));
  return plan({
    present: presentCells(notebook),
    order,
    unsettled: markdown,
    chosen: markdown,
    sources: new Map(notebook.cells.map(cell => [cell.getId(), cell.source])),
    moved: new Set()
  }).steps;
}

/** Everything that a file would hold of the cells, by id. */
function contents(notebook: ReturnType<typeof notebookOf>) {
  return Object.fromEntries(
    notebook.cells.map(cell => [cell.getId(), cell.toJSON()])
  );
}

describe('applySteps', () => {
  it('reaches any order, undoes and redoes it exactly, and changes nothing else', () => {
    const random = seeded(3);
    for (let round = 0; round < 100; round++) {
      const notebook = notebookOf(IDS);
      const file = JSON.stringify(notebook.toJSON());
      const before = contents(notebook);
      const order = reordered(IDS, random);

      applySteps(notebook, stepsTo(notebook, order));
      expect(idsOf(notebook)).toEqual(order);
      expect(contents(notebook)).toEqual(before);

      notebook.undo();
      expect(idsOf(notebook)).toEqual(IDS);
      expect(contents(notebook)).toEqual(before);
      expect(JSON.parse(JSON.stringify(notebook.toJSON()))).toEqual(
        JSON.parse(file)
      );

      notebook.redo();
      expect(idsOf(notebook)).toEqual(order);
      expect(contents(notebook)).toEqual(before);
    }
  });

  it('leaves code and raw cells the very same objects', () => {
    const notebook = notebookOf(IDS);
    const fixed = () =>
      notebook.cells.filter(cell => cell.cell_type !== 'markdown');
    const cells = fixed();
    const maps = cells.map(cell => cell.ymodel);
    applySteps(notebook, stepsTo(notebook, reordered(IDS, seeded(4))));
    fixed().forEach((cell, index) => {
      expect(cell).toBe(cells[index]);
      expect(cell.ymodel).toBe(maps[index]);
      expect(cell.isDisposed).toBe(false);
    });
  });

  it('is one undo step, apart from edits made just before and just after', () => {
    const notebook = notebookOf(IDS);
    const order = reordered(IDS, seeded(5));
    notebook.insertCell(0, { cell_type: 'code', id: 'before', source: '' });
    const item = applySteps(notebook, stepsTo(notebook, order));
    notebook.insertCell(0, { cell_type: 'code', id: 'after', source: '' });

    notebook.undo();
    expect(idsOf(notebook)).not.toContain('after');
    const { undoStack } = notebook.undoManager;
    expect(undoStack[undoStack.length - 1]).toBe(item);
    notebook.undo();
    expect(idsOf(notebook)).toEqual(['before', ...IDS]);
    notebook.undo();
    expect(idsOf(notebook)).toEqual(IDS);
  });

  it('adds nothing to the undo stack when there is nothing to do', () => {
    const notebook = notebookOf(IDS);
    expect(applySteps(notebook, [])).toBeNull();
    expect(notebook.canUndo()).toBe(false);
  });
});
