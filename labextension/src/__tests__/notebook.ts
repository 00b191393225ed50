import { YNotebook } from '@jupyter/ydoc';
import type { IMove, IRequestCell, ISuggestAnswer } from '../tokens';
import { shuffled } from './random';

const notebooks: YNotebook[] = [];

// An undisposed notebook keeps a timer running, and Jest with it.
afterEach(() => {
  notebooks.splice(0).forEach(notebook => notebook.dispose());
});

/** A notebook whose cells are told by their ids: `c…` is code, `m…` markdown, `r…` raw. */
export function notebookOf(ids: readonly string[]): YNotebook {
  const notebook = YNotebook.create({
    disableDocumentWideUndoRedo: true,
    data: {
      cells: ids.map(id => cellOf(id)),
      metadata: {},
      nbformat: 4,
      nbformat_minor: 5
    }
  });
  // As JupyterLab does after loading: opening a notebook is nothing to undo.
  notebook.clearUndoHistory();
  notebooks.push(notebook);
  return notebook;
}

function cellOf(id: string) {
  const common = { id, source: `text of ${id}`, metadata: { tags: [id] } };
  switch (id[0]) {
    case 'c':
      return {
        ...common,
        cell_type: 'code' as const,
        execution_count: 7,
        outputs: [
          { output_type: 'stream' as const, name: 'stdout', text: `out ${id}` }
        ]
      };
    case 'm':
      return {
        ...common,
        cell_type: 'markdown' as const,
        attachments: { 'a.png': { 'image/png': 'iVBORw0KGgo=' } }
      };
    default:
      return { ...common, cell_type: 'raw' as const };
  }
}

export function idsOf(notebook: YNotebook): string[] {
  return notebook.cells.map(cell => cell.getId());
}

/** The cells of a notebook, by their ids, as a request holds them. */
export function requestOf(ids: readonly string[]): IRequestCell[] {
  return ids.map(id => ({
    id,
    cell_type: cellOf(id).cell_type,
    source: `text of ${id}`,
    pinned: false
  }));
}

/** Another order of the same cells in which code and raw cells keep theirs. */
export function reordered(
  ids: readonly string[],
  random: () => number
): string[] {
  const order = ids.filter(id => id[0] !== 'm');
  for (const id of shuffled(
    ids.filter(id => id[0] === 'm'),
    random
  )) {
    order.splice(Math.floor(random() * (order.length + 1)), 0, id);
  }
  return order;
}

/** An answer of the server that leads from one order to another by moving the given cells. */
export function answerOf(
  present: readonly string[],
  order: readonly string[],
  moved: readonly string[]
): ISuggestAnswer {
  const moves: IMove[] = order
    .filter(id => moved.includes(id))
    .map(id => ({
      cell: id,
      from: present.indexOf(id),
      to: order.indexOf(id),
      gain: 1,
      confidence: 0.9
    }));
  return {
    api_version: 1,
    mode: 'review',
    bundle: 'test',
    order: [...order],
    moves,
    notice: moves.length > 0 ? null : 'in-order',
    seconds: 0.1
  };
}
