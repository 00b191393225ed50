import type { ISharedNotebook } from '@jupyter/ydoc';
import type { TranslationBundle } from '@jupyterlab/translation';
import type { IDisposable } from '@lumino/disposable';
import { Signal, type ISignal } from '@lumino/signaling';
import { applySteps, undoManagerOf, type UndoItem } from './apply';
import { CellOrderError, type Action } from './errors';
import { plan, type IPlan } from './order';
import { presentCells, requestCells } from './request';
import type { INoticeState, IThinkingState, State } from './state';
import { executionCounts, Suggestion } from './suggestion';
import type { ICellOrderApi, Mode } from './tokens';

/** The notebook that a model works on. */
export interface IHost {
  /** The shared notebook; null until it is loaded. */
  readonly notebook: ISharedNotebook | null;
  /** Whether its cells may not be moved at all. */
  readonly readOnly: boolean;
  /** Whether others may be editing it at the same time. */
  readonly collaborative: boolean;
  /** Makes a change and puts back, by id, what of the view it resets. */
  keepView(change: () => void): void;
  /** Opens the collapsed headings that hide one of the cells, and names them. */
  expandAround(
    ids: ReadonlySet<string>,
    orderAfter: readonly string[]
  ): Promise<string[]>;
  /** Collapses headings again. */
  collapse(ids: readonly string[]): Promise<void>;
  /** Scrolls to a cell and makes it the active one. */
  reveal(id: string): void;
}

export interface ISuggestOptions {
  readonly mode: Mode;
  readonly keepMarkdownOrder: boolean;
  /** The cells to place, for the mode `selected`. */
  readonly selected: readonly string[];
}

/** What a failure may ask of the page as a whole. */
export interface IPage {
  reload(): void;
  /** Opens the server's login page beside this one. */
  logIn(): void;
  /** Offers to save the notebook in front under another name. */
  saveCopy(): Promise<void>;
  copy(text: string): Promise<void>;
}

/** One step that was made, and where it is on the undo or redo stack. */
interface IApplied {
  readonly suggestion: Suggestion;
  readonly ids: readonly string[];
  /** All cells in the order before. */
  readonly before: readonly string[];
  /** What the moved cells held when they were moved. */
  readonly contents: string;
  readonly expanded: readonly string[];
  item: UndoItem | null;
  undone: boolean;
}

/** The suggestion of one notebook: asking for it, applying it, undoing it. */
export class CellOrderModel implements IDisposable {
  constructor(
    private readonly host: IHost,
    private readonly api: ICellOrderApi,
    private readonly page: IPage,
    private readonly trans: TranslationBundle
  ) {}

  get state(): State {
    return this._state;
  }

  get stateChanged(): ISignal<this, void> {
    return this._stateChanged;
  }

  get isDisposed(): boolean {
    return this._isDisposed;
  }

  /** Whether a move is left to make. */
  get canApply(): boolean {
    return (
      this._state.kind === 'suggestion' &&
      (this._suggestion?.open.size ?? 0) > 0
    );
  }

  /** Whether a step of ours is left to undo. */
  get canUndo(): boolean {
    return this._state.kind === 'suggestion' && this.latest !== undefined;
  }

  /** Asks for a suggestion; while one is being made, a second call changes nothing. */
  async suggest(options: ISuggestOptions): Promise<void> {
    const { notebook } = this.host;
    if (this._state.kind === 'thinking' || notebook === null) {
      return;
    }
    if (this.host.readOnly) {
      this.forget(noticeState('read-only'));
      return;
    }
    const cells = requestCells(notebook);
    if (options.mode === 'selected' && options.selected.length === 0) {
      this.forget(noticeState('nothing-selected'));
      return;
    }
    const abort = new AbortController();
    this._abort = abort;
    this._asked = options;
    const thinking: IThinkingState = {
      kind: 'thinking',
      cells: cells.length,
      warming: false,
      since: performance.now()
    };
    this.forget(thinking);
    try {
      const counts = executionCounts(notebook);
      const health = await this.api.health(abort.signal);
      if (health.state === 'cold' || health.state === 'loading') {
        this.show({ ...thinking, warming: true });
      }
      const answer = await this.api.suggest(
        {
          mode: options.mode,
          keep_markdown_order: options.keepMarkdownOrder,
          cells,
          selected: [...options.selected]
        },
        abort.signal
      );
      if (answer.moves.length === 0) {
        this.show(noticeState(answer.notice ?? 'in-order'));
      } else {
        this._suggestion = new Suggestion(answer, cells, counts);
        this.showSuggestion();
      }
    } catch (error) {
      if (!(error instanceof CellOrderError)) {
        this.show({ kind: 'idle' });
        throw error;
      }
      this.show(
        error.reason === 'aborted' ? { kind: 'idle' } : { kind: 'error', error }
      );
    } finally {
      this._abort = null;
    }
  }

  /** Asks the latest question again. */
  async suggestAgain(): Promise<void> {
    if (this._asked !== null) {
      await this.suggest(this._asked);
    }
  }

  /** Does what a failure or a notice offers to do. */
  async act(action: Action): Promise<void> {
    const error = this._state.kind === 'error' ? this._state.error : null;
    switch (action) {
      case 'try-again':
        return this.suggestAgain();
      case 'reload':
        return this.page.reload();
      case 'log-in':
        this.page.logIn();
        // The page stays, and with it what was asked.
        return this.show({
          kind: 'error',
          error: new CellOrderError('logging-in', this.trans)
        });
      case 'save-copy':
        return this.page.saveCopy();
      case 'copy-install':
      case 'copy-upgrade':
      case 'copy-setting':
        return error?.clip ? this.page.copy(error.clip) : undefined;
      case 'show-longest':
        return this.revealLongest();
    }
  }

  /** Says which moves are wanted; see `applyTicked`. */
  tick(ids: Iterable<string>, on: boolean): void {
    if (this._suggestion !== null && this._state.kind === 'suggestion') {
      this._suggestion.tick(ids, on);
      this._state = { ...this._state, moves: this._suggestion.moves };
      this._stateChanged.emit();
    }
  }

  /** Makes the moves that are open and ticked, as one undoable step. */
  async applyTicked(): Promise<void> {
    if (this._suggestion !== null) {
      await this.apply([...this._suggestion.ticked]);
    }
  }

  /** Stops the request under way. */
  cancel(): void {
    this._abort?.abort();
  }

  /** Makes the given moves, or all that are open, as one undoable step. */
  async apply(ids?: readonly string[]): Promise<void> {
    const suggestion = this._suggestion;
    const { notebook } = this.host;
    if (suggestion === null || notebook === null || this._applying) {
      return;
    }
    if (this.host.readOnly) {
      this.forget(noticeState('read-only'));
      return;
    }
    const { open } = suggestion;
    const chosen = new Set(ids ? ids.filter(id => open.has(id)) : open);
    this._applying = true;
    try {
      const foreseen = planFor(notebook, suggestion, chosen);
      const expanded = await this.host.expandAround(
        new Set(foreseen.steps.map(step => step.id)),
        foreseen.order
      );
      if (this.isDisposed || suggestion !== this._suggestion) {
        return;
      }
      // Planned again, as opening headings took a moment in which the author may have typed.
      const { steps, placed, skipped } = planFor(notebook, suggestion, chosen);
      const before = notebook.cells.map(cell => cell.getId());
      let item: UndoItem | null = null;
      this.host.keepView(() => {
        item = applySteps(notebook, steps);
      });
      suggestion.mark(placed, 'applied');
      skipped.forEach(({ id, reason }) => suggestion.mark([id], reason));
      if (item !== null) {
        this.watchUndo(notebook);
        this._applied.push({
          suggestion,
          ids: placed,
          before,
          contents: contentsOf(notebook, placed),
          expanded,
          item,
          undone: false
        });
      }
      this.showSuggestion();
    } finally {
      this._applying = false;
    }
  }

  /** Takes back the latest step of ours, and nothing that was changed after it. */
  undo(): void {
    const { notebook } = this.host;
    const latest = this.latest;
    if (notebook === null || latest === undefined || this.host.readOnly) {
      return;
    }
    const { undoStack } = undoManagerOf(notebook);
    if (
      undoStack[undoStack.length - 1] === latest.item &&
      contentsOf(notebook, latest.ids) === latest.contents
    ) {
      this.host.keepView(() => {
        notebook.undo();
      });
    } else {
      this.moveBack(notebook, latest);
    }
  }

  /** Scrolls to a cell. */
  reveal(id: string): void {
    this.host.reveal(id);
  }

  /** Forgets the suggestion; what was applied stays. */
  discard(): void {
    if (this._state.kind !== 'thinking') {
      this.forget({ kind: 'idle' });
    }
  }

  dispose(): void {
    if (this._isDisposed) {
      return;
    }
    this._isDisposed = true;
    this.cancel();
    this._unwatch?.();
    Signal.clearData(this);
  }

  /** The latest step of the suggestion on show that has not been undone. */
  private get latest(): IApplied | undefined {
    return this._applied
      .filter(step => step.suggestion === this._suggestion && !step.undone)
      .pop();
  }

  private revealLongest(): void {
    const lengths = (this.host.notebook?.cells ?? []).map(cell => ({
      id: cell.getId(),
      length: cell.getSource().length
    }));
    const longest = Math.max(...lengths.map(({ length }) => length));
    const cell = lengths.find(({ length }) => length === longest);
    if (cell !== undefined) {
      this.host.reveal(cell.id);
    }
  }

  private forget(state: State): void {
    this._suggestion = null;
    this._applied = [];
    this.show(state);
  }

  /**
   * Puts the cells of a step back as a new step.
   *
   * To Yjs a moved cell is a new one: undoing would drop what was written into it since, and
   * whatever else lies above our step on the undo stack.
   */
  private moveBack(notebook: ISharedNotebook, step: IApplied): void {
    const present = presentCells(notebook);
    const ids = new Set(step.ids);
    const { steps } = plan({
      present,
      order: step.before,
      unsettled: ids,
      chosen: ids,
      sources: new Map(present.map(cell => [cell.id, cell.source]))
    });
    this.host.keepView(() => {
      applySteps(notebook, steps);
    });
    step.undone = true;
    step.item = null;
    step.suggestion.mark(step.ids, 'open');
    void this.host.collapse(step.expanded);
    this.showSuggestion(true);
  }

  private showSuggestion(keptChanges = false): void {
    if (this._suggestion !== null) {
      this.show({
        kind: 'suggestion',
        moves: this._suggestion.moves,
        undoable: this.latest?.ids.length ?? 0,
        keptChanges,
        collaborative: this.host.collaborative
      });
    }
  }

  private show(state: State): void {
    if (!this._isDisposed) {
      this._state = state;
      this._stateChanged.emit();
    }
  }

  /** Follows our steps when they are undone and redone, by whatever means. */
  private watchUndo(notebook: ISharedNotebook): void {
    if (this._unwatch !== null) {
      return;
    }
    const manager = undoManagerOf(notebook);
    const onPopped = (event: {
      stackItem: UndoItem;
      type: 'undo' | 'redo';
    }) => {
      const step = this._applied.find(({ item }) => item === event.stackItem);
      if (step === undefined) {
        return;
      }
      step.undone = event.type === 'undo';
      const stack = step.undone ? manager.redoStack : manager.undoStack;
      step.item = stack[stack.length - 1] ?? null;
      step.suggestion.mark(step.ids, step.undone ? 'open' : 'applied');
      if (step.undone) {
        void this.host.collapse(step.expanded);
      }
      this.showSuggestion();
    };
    manager.on('stack-item-popped', onPopped);
    this._unwatch = () => manager.off('stack-item-popped', onPopped);
  }

  private _abort: AbortController | null = null;
  private _applied: IApplied[] = [];
  private _asked: ISuggestOptions | null = null;
  private _applying = false;
  private _isDisposed = false;
  private _state: State = { kind: 'idle' };
  private _stateChanged = new Signal<this, void>(this);
  private _suggestion: Suggestion | null = null;
  private _unwatch: (() => void) | null = null;
}

function noticeState(notice: INoticeState['notice']): INoticeState {
  return {
    kind: 'notice',
    notice,
    action: notice === 'read-only' ? 'save-copy' : 'try-again'
  };
}

function planFor(
  notebook: ISharedNotebook,
  suggestion: Suggestion,
  chosen: ReadonlySet<string>
): IPlan {
  return plan({
    present: presentCells(notebook),
    order: suggestion.answer.order,
    unsettled: suggestion.unsettled,
    chosen,
    sources: suggestion.sources
  });
}

/** What some cells hold, to see whether it changes. */
function contentsOf(notebook: ISharedNotebook, ids: readonly string[]): string {
  const chosen = new Set(ids);
  return JSON.stringify(
    notebook.cells
      .filter(cell => chosen.has(cell.getId()))
      .map(cell => cell.toJSON())
  );
}
