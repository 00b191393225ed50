import type { YNotebook } from '@jupyter/ydoc';
import { nullTranslator } from '@jupyterlab/translation';
import { CellOrderError, type Reason } from '../errors';
import { CellOrderModel, type ISuggestOptions } from '../model';
import type { IMoveState, IThinkingState } from '../state';
import type {
  ICellOrderApi,
  IHealth,
  ISuggestAnswer,
  ISuggestRequest
} from '../tokens';
import { PACKAGE_VERSION } from '../version';
import { answerOf, idsOf, notebookOf } from './notebook';
import { Host, Page, REVIEW, undoableOf } from './people';

const IDS = ['c1', 'c2', 'c3', 'm1', 'm2', 'm3'];
const ORDER = ['m1', 'c1', 'm2', 'c2', 'm3', 'c3'];
const MOVED = ['m1', 'm2', 'm3'];
const trans = nullTranslator.load('');

class Api implements ICellOrderApi {
  answer: ISuggestAnswer = answerOf(IDS, ORDER, MOVED);
  error: Error | null = null;
  requests: ISuggestRequest[] = [];
  /** Called while the server thinks. */
  meanwhile: (signal: AbortSignal) => void = () => undefined;

  async health(): Promise<IHealth> {
    return {
      package_version: '0',
      api_version: 1,
      bundle: null,
      backend: 'onnx',
      state: 'cold',
      message: null
    };
  }

  async suggest(
    request: ISuggestRequest,
    signal: AbortSignal
  ): Promise<ISuggestAnswer> {
    this.requests.push(request);
    await Promise.resolve();
    this.meanwhile(signal);
    if (signal.aborted) {
      throw new CellOrderError('aborted', trans);
    }
    if (this.error !== null) {
      throw this.error;
    }
    return this.answer;
  }
}

let notebook: YNotebook;
let host: Host;
let api: Api;
let page: Page;
let model: CellOrderModel;

beforeEach(() => {
  notebook = notebookOf(IDS);
  host = new Host(notebook);
  api = new Api();
  page = new Page();
  model = new CellOrderModel(host, api, page, trans);
});

afterEach(() => {
  model.dispose();
});

function moves(): readonly IMoveState[] {
  if (model.state.kind !== 'suggestion') {
    throw new Error(`no suggestion but ${model.state.kind}`);
  }
  return model.state.moves;
}

const statuses = () => moves().map(move => move.status);

describe('suggest', () => {
  it('sends every cell, says that the model warms up, and lists the moves in reading order', async () => {
    notebook.cells[5].setMetadata('deletable', false);
    const kinds: string[] = [];
    model.stateChanged.connect(() => {
      kinds.push(
        model.state.kind === 'thinking' && model.state.warming
          ? 'warming'
          : model.state.kind
      );
    });
    await model.suggest(REVIEW);
    expect(kinds).toEqual(['thinking', 'warming', 'suggestion']);
    expect(api.requests).toHaveLength(1);
    expect(api.requests[0].cells.map(cell => cell.id)).toEqual(IDS);
    expect(api.requests[0].cells.map(cell => cell.pinned)).toEqual([
      ...Array(5).fill(false),
      true
    ]);
    expect(moves().map(move => move.cell)).toEqual(MOVED);
    const code = (cell: string) => ({
      cell,
      type: 'code',
      snippet: `text of ${cell}`,
      executionCount: 7
    });
    expect(moves()[1]).toEqual({
      cell: 'm2',
      snippet: 'text of m2',
      level: null,
      from: {
        index: 4,
        after: {
          cell: 'm1',
          type: 'markdown',
          snippet: 'text of m1',
          executionCount: null
        },
        codeBefore: code('c3'),
        codeAfter: null
      },
      to: {
        index: 1,
        after: code('c1'),
        codeBefore: code('c1'),
        codeAfter: code('c2')
      },
      confidence: 0.9,
      status: 'open',
      ticked: true
    });
    expect(moves()[0].to).toEqual({
      index: 0,
      after: null,
      codeBefore: null,
      codeAfter: code('c1')
    });
    expect(idsOf(notebook)).toEqual(IDS);
  });

  it('says when it began', async () => {
    const before = performance.now();
    const asked = model.suggest(REVIEW);
    expect(model.state).toMatchObject({ kind: 'thinking', warming: false });
    const { since } = model.state as IThinkingState;
    expect(since).toBeGreaterThanOrEqual(before);
    expect(since).toBeLessThanOrEqual(performance.now());
    await asked;
  });

  it('joins the same question, however often it is clicked', async () => {
    const first = model.suggest(REVIEW);
    await model.suggest({ ...REVIEW, selected: [] });
    expect(model.state.kind).toBe('suggestion');
    await first;
    expect(api.requests).toHaveLength(1);
  });

  it.each<[string, () => ISuggestOptions]>([
    ['another mode', () => ({ ...REVIEW, mode: 'all' })],
    [
      'an edit',
      () => {
        notebook.cells[3].setSource('edited');
        return REVIEW;
      }
    ]
  ])('replaces the question after %s', async (_name, next) => {
    const signals: AbortSignal[] = [];
    api.meanwhile = signal => signals.push(signal);
    const kinds: string[] = [];
    model.stateChanged.connect(() => kinds.push(model.state.kind));
    const first = model.suggest(REVIEW);
    await Promise.resolve();
    await Promise.resolve();
    const second = model.suggest(next());
    await Promise.all([first, second]);
    expect(signals.map(signal => signal.aborted)).toEqual([true, false]);
    expect(kinds.pop()).toBe('suggestion');
    expect(kinds).not.toContain('error');
  });

  it('asks anew when cancelled just before', async () => {
    const first = model.suggest(REVIEW);
    model.cancel();
    expect(model.state).toEqual({ kind: 'idle' });
    await model.suggest(REVIEW);
    await first;
    expect(model.state.kind).toBe('suggestion');
  });

  it('shows nothing of an answer that comes after cancelling', async () => {
    api.error = new CellOrderError('offline', trans);
    api.meanwhile = () => model.cancel();
    await model.suggest(REVIEW);
    expect(model.state).toEqual({ kind: 'idle' });
  });

  it('says why there is nothing to move', async () => {
    api.answer = answerOf(IDS, IDS, []);
    await model.suggest(REVIEW);
    expect(model.state).toMatchObject({ kind: 'notice', notice: 'in-order' });
  });

  it('asks nothing for a read-only notebook or an empty selection', async () => {
    await model.suggest({ ...REVIEW, mode: 'selected' });
    expect(model.state).toEqual({
      kind: 'notice',
      notice: 'nothing-selected',
      action: 'try-again',
      undoable: 0
    });
    host.readOnly = true;
    await model.suggest(REVIEW);
    expect(model.state).toEqual({
      kind: 'notice',
      notice: 'read-only',
      action: 'save-copy',
      undoable: 0
    });
    expect(api.requests).toHaveLength(0);
  });

  it('places no cell that is empty, locked, no markdown or gone', async () => {
    const [empty, locked] = [3, 4].map(at => notebook.getCell(at));
    empty.setSource(' \n');
    locked.setMetadata('editable', false);
    const selected = ['c1', 'm1', 'm2', 'gone'];
    await model.suggest({ ...REVIEW, mode: 'selected', selected });
    expect(model.state).toMatchObject({ notice: 'nothing-selected' });
    expect(api.requests).toHaveLength(0);
    selected.push('m3');
    await model.suggest({ ...REVIEW, mode: 'selected', selected });
    expect(api.requests[0].selected).toEqual(['m3']);
  });

  it('returns to the start when cancelled', async () => {
    api.meanwhile = () => model.cancel();
    await model.suggest(REVIEW);
    expect(model.state).toEqual({ kind: 'idle' });
  });

  it('returns to the list on show when another question is cancelled', async () => {
    await model.suggest(REVIEW);
    model.tick(['m2'], false);
    const before = model.state;
    api.meanwhile = () => model.cancel();
    await model.suggest({ ...REVIEW, mode: 'all' });
    expect(model.state).toEqual(before);
    await model.apply();
    expect(model.state).toMatchObject({ kind: 'suggestion', undoable: 3 });
  });

  it('returns to it after two questions, with what was undone meanwhile', async () => {
    await model.suggest(REVIEW);
    const before = model.state;
    await model.apply();
    const first = model.suggest({ ...REVIEW, mode: 'all' });
    const second = model.suggest({ ...REVIEW, eagerness: 'eager' });
    model.undo();
    expect(model.state.kind).toBe('thinking');
    model.cancel();
    await Promise.all([first, second]);
    expect(model.state).toEqual(before);
  });

  it('aborts the request when the notebook is closed', async () => {
    let aborted = false;
    api.meanwhile = signal => {
      model.dispose();
      aborted = signal.aborted;
    };
    await model.suggest(REVIEW);
    expect(aborted).toBe(true);
  });

  it('shows a failure, and asks the same again', async () => {
    api.error = new CellOrderError('busy', trans);
    const question = { ...REVIEW, mode: 'selected' as const, selected: ['m1'] };
    await model.suggest(question);
    expect(model.state).toEqual({ kind: 'error', error: api.error });
    api.error = null;
    await model.suggestAgain();
    expect(statuses()).toEqual(['open', 'open', 'open']);
    expect(api.requests[1]).toEqual(api.requests[0]);
  });

  it('does not swallow an error of its own', async () => {
    api.error = new RangeError('a bug');
    await expect(model.suggest(REVIEW)).rejects.toThrow('a bug');
    expect(model.state).toEqual({ kind: 'idle' });
  });
});

describe('act', () => {
  async function failed(reason: Reason): Promise<CellOrderError> {
    api.error = new CellOrderError(reason, trans, { cells: 6 });
    await model.suggest(REVIEW);
    if (model.state.kind !== 'error') {
      throw new Error(`no error but ${model.state.kind}`);
    }
    return model.state.error;
  }

  it.each<[Reason, string[]]>([
    ['bad-answer', ['reload']],
    [
      'not-installed',
      [`copy pip install jupyter-cellorder==${PACKAGE_VERSION}`]
    ],
    ['too-many-cells', ['copy c.CellOrder.max_cells = 6']]
  ])('does what is offered for %s', async (reason, done) => {
    const { action } = await failed(reason);
    await model.act(action);
    expect(page.done).toEqual(done);
  });

  it('asks the same again', async () => {
    const { action } = await failed('offline');
    api.error = null;
    await model.act(action);
    expect(api.requests[1]).toEqual(api.requests[0]);
    expect(model.state.kind).toBe('suggestion');
  });

  it('opens the login page, and then asks again', async () => {
    await model.act((await failed('logged-out')).action);
    expect(page.done).toEqual(['log in']);
    expect(model.state).toMatchObject({
      error: { reason: 'logging-in', action: 'try-again' }
    });
  });

  it('shows the longest cell', async () => {
    notebook.cells[4].setSource('x'.repeat(1000));
    await model.act((await failed('too-large')).action);
    expect(host.revealed).toEqual(['m2']);
  });

  it('saves a copy of a read-only notebook', async () => {
    host.readOnly = true;
    await model.suggest(REVIEW);
    expect(model.state).toMatchObject({ action: 'save-copy' });
    await model.act('save-copy');
    expect(page.done).toEqual(['save copy']);
  });
});

describe('apply and undo', () => {
  beforeEach(() => model.suggest(REVIEW));

  it('applies all as one step and takes it back', async () => {
    await model.apply();
    expect(idsOf(notebook)).toEqual(ORDER);
    expect(model.state).toMatchObject({ undoable: 3, keptChanges: false });
    expect(statuses()).toEqual(['applied', 'applied', 'applied']);
    model.undo();
    expect(idsOf(notebook)).toEqual(IDS);
    expect(statuses()).toEqual(['open', 'open', 'open']);
    expect(undoableOf(model)).toBe(0);
  });

  it('applies one move, then another; undoes the later first', async () => {
    await model.apply(['m2']);
    await model.apply(['m1']);
    expect(idsOf(notebook)).toEqual(['m1', 'c1', 'm2', 'c2', 'c3', 'm3']);
    expect(statuses()).toEqual(['applied', 'applied', 'open']);
    model.undo();
    expect(statuses()).toEqual(['open', 'applied', 'open']);
    model.undo();
    expect(idsOf(notebook)).toEqual(IDS);
  });

  it('notes what is ticked', async () => {
    const before = model.state;
    model.tick(['m1', 'm3'], false);
    expect(before).toMatchObject({ moves: [{ ticked: true }, {}, {}] });
    expect(moves().map(move => move.ticked)).toEqual([false, true, false]);
    model.tick(['m3'], true);
    expect(moves().map(move => move.ticked)).toEqual([false, true, true]);
  });

  it('applies those that are named', async () => {
    await model.apply(['m2', 'm3']);
    expect(idsOf(notebook)).toEqual(['c1', 'm2', 'c2', 'm3', 'c3', 'm1']);
    expect(statuses()).toEqual(['open', 'applied', 'applied']);
    await model.apply(['m2', 'm3']);
    expect(statuses()).toEqual(['open', 'applied', 'applied']);
  });

  it('tells each target by the cells that stay, and that are in place', async () => {
    api.answer = answerOf(IDS, ['c1', 'm1', 'm2', 'c2', 'm3', 'c3'], MOVED);
    await model.suggest(REVIEW);
    expect(moves().map(move => move.to.after?.cell)).toEqual([
      'c1',
      'c1',
      'c2'
    ]);
    await model.apply(['m1']);
    expect(moves()[1].to.after?.cell).toBe('m1');
    model.undo();
    expect(moves()[1].to.after?.cell).toBe('c1');
  });

  it('follows an undo and a redo made elsewhere', async () => {
    await model.apply();
    notebook.undo();
    expect(statuses()).toEqual(['open', 'open', 'open']);
    notebook.redo();
    expect(idsOf(notebook)).toEqual(ORDER);
    expect(statuses()).toEqual(['applied', 'applied', 'applied']);
    model.undo();
    expect(idsOf(notebook)).toEqual(IDS);
  });

  it('takes back its own moves only, where something was changed after them', async () => {
    await model.apply();
    notebook.insertCell(1, { cell_type: 'code', id: 'new', source: '' });
    model.undo();
    expect(idsOf(notebook)).toEqual(['new', ...IDS]);
    expect(model.state).toMatchObject({ keptChanges: true, undoable: 0 });
    expect(statuses()).toEqual(['open', 'open', 'open']);
  });

  it('does not lose what was written into a moved cell', async () => {
    await model.apply();
    notebook.cells[0].setSource('written after the move');
    model.undo();
    expect(idsOf(notebook)).toEqual(IDS);
    expect(notebook.cells[3].source).toBe('written after the move');
    expect(model.state).toMatchObject({ keptChanges: true });
    await model.apply();
    expect(statuses()).toEqual(['edited', 'applied', 'applied']);
  });

  it('takes back what is left when a moved cell was deleted', async () => {
    await model.apply();
    notebook.deleteCell(0);
    model.undo();
    expect(idsOf(notebook)).toEqual(['c1', 'c2', 'c3', 'm2', 'm3']);
  });

  it('skips and names cells edited or deleted since it was asked', async () => {
    notebook.cells[3].setSource('edited');
    notebook.deleteCell(4);
    await model.apply();
    expect(idsOf(notebook)).toEqual(['c1', 'c2', 'm3', 'c3', 'm1']);
    expect(statuses()).toEqual(['edited', 'deleted', 'applied']);
  });

  it('skips and names a cell that the author moved since', async () => {
    notebook.moveCell(4, 0);
    await model.apply();
    expect(idsOf(notebook)).toEqual(['m2', 'm1', 'c1', 'c2', 'm3', 'c3']);
    expect(statuses()).toEqual(['applied', 'moved', 'applied']);
  });

  it('moves a cell past which the author moved code', async () => {
    notebook.moveCell(2, 5);
    await model.apply();
    expect(statuses()).toEqual(['applied', 'applied', 'applied']);
    expect(idsOf(notebook)).toEqual(ORDER);
  });

  it('moves a cell that the author moved away and back', async () => {
    notebook.moveCell(4, 0);
    notebook.moveCell(0, 4);
    await model.apply();
    expect(statuses()).toEqual(['applied', 'applied', 'applied']);
  });

  it('does not take back what the author moved after it', async () => {
    await model.apply();
    notebook.moveCell(0, 2);
    model.undo();
    expect(idsOf(notebook)).toEqual(['c1', 'm1', 'c2', 'c3', 'm2', 'm3']);
  });

  it('keeps what was written since when undone and redone by the keyboard', async () => {
    await model.apply();
    notebook.cells[0].setSource('written after the move');
    notebook.cells[0].setMetadata('note', 'new');
    notebook.undo();
    expect(idsOf(notebook)).toEqual(IDS);
    expect(notebook.cells[3].source).toBe('written after the move');
    expect(notebook.cells[3].getMetadata()).toEqual({
      tags: ['m1'],
      note: 'new'
    });
    expect(model.state).toMatchObject({ keptChanges: true });
    notebook.cells[3].setSource('and once more');
    notebook.cells[3].deleteMetadata('note');
    notebook.redo();
    expect(idsOf(notebook)).toEqual(ORDER);
    expect(notebook.cells[0].source).toBe('and once more');
    expect(notebook.cells[0].getMetadata()).toEqual({ tags: ['m1'] });
  });

  it('notices what is edited while headings open', async () => {
    host.expandAround = async () => {
      notebook.cells[3].setSource('edited');
      return [];
    };
    await model.apply();
    expect(statuses()).toEqual(['edited', 'applied', 'applied']);
  });

  it('collapses again, on undo, the headings it opened', async () => {
    host.expanded = ['m9'];
    await model.apply();
    model.undo();
    expect(host.collapsed).toEqual(['m9']);
  });

  it('applies nothing once the notebook is read-only', async () => {
    host.readOnly = true;
    await model.apply();
    expect(idsOf(notebook)).toEqual(IDS);
    expect(model.state).toEqual({
      kind: 'notice',
      notice: 'read-only',
      action: 'save-copy',
      undoable: 0
    });
  });

  it('takes back what was applied before it was asked again', async () => {
    await model.apply();
    api.answer = answerOf(ORDER, ORDER, []);
    await model.suggest(REVIEW);
    expect(model.state).toMatchObject({ notice: 'in-order', undoable: 3 });
    model.undo();
    expect(idsOf(notebook)).toEqual(IDS);
    // The notice spoke of another order.
    expect(model.state).toEqual({ kind: 'idle' });
    expect(undoableOf(model)).toBe(0);
  });

  it('takes back one step after the other, of several suggestions', async () => {
    await model.apply(['m1']);
    const present = idsOf(notebook);
    api.answer = answerOf(present, ORDER, ['m2', 'm3']);
    await model.suggest(REVIEW);
    expect(model.state).toMatchObject({ kind: 'suggestion', undoable: 1 });
    await model.apply(['m2']);
    model.undo();
    expect(idsOf(notebook)).toEqual(present);
    expect(model.state).toMatchObject({ kind: 'suggestion', undoable: 1 });
    model.undo();
    expect(idsOf(notebook)).toEqual(IDS);
    expect(model.state).toMatchObject({ kind: 'suggestion', undoable: 0 });
  });

  it('keeps what was applied when discarded', async () => {
    await model.apply(['m1']);
    model.discard();
    expect(model.state).toEqual({ kind: 'idle' });
    expect(idsOf(notebook)[0]).toBe('m1');
    expect(undoableOf(model)).toBe(0);
  });
});
