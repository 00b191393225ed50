import type { YNotebook } from '@jupyter/ydoc';
import type { TranslationBundle } from '@jupyterlab/translation';
import { DisposableSet, type IDisposable } from '@lumino/disposable';
import { Signal, type ISignal } from '@lumino/signaling';
import { ConcurrentEdits } from './concurrent';
import { Doubles } from './doubles';
import { CellOrderError, type Action } from './errors';
import { arrangementOf, movedSince } from './moved';
import { plan, type IPlan } from './order';
import { presentCells, requestCells } from './request';
import type { INoticeState, State } from './state';
import { MadeSteps, type IMadeStep, type IStepChange } from './steps';
import { executionCounts, Suggestion } from './suggestion';
import type { Eagerness, ICellOrderApi, ISuggestRequest, Mode } from './tokens';

/** The notebook that a model works on. */
export interface IHost {
  /** The shared notebook; null until it is loaded. */
  readonly notebook: YNotebook | null;
  /** Whether its cells may not be moved at all. */
  readonly readOnly: boolean;
  /** Whether others may be editing it at the same time. */
  readonly collaborative: boolean;
  /** Remembers, by id, what of the view a change of the cells resets; the result puts it back. */
  holdView(): () => void;
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
  /** How sure a move must be, for the mode `review`. */
  readonly eagerness: Eagerness;
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

/** A question under way. */
interface IAsking {
  readonly question: string;
  readonly abort: AbortController;
  /** What was on show when it was asked, for when it is cancelled. */
  readonly before: Suggestion | null;
  readonly done: Promise<void>;
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

  /** Looks after what others write meanwhile, from when the notebook is loaded. */
  watch(): void {
    const { notebook } = this.host;
    if (notebook === null || !this.host.collaborative || this._doubles) {
      return;
    }
    this._doubles = new Doubles(notebook);
    this._doubles.removed.connect((_, ids) => this._steps?.forgetMade(ids));
    this.disposables.add(this._doubles);
    this.disposables.add(new ConcurrentEdits(notebook));
  }

  /** Asks for a suggestion; joins the same question under way, and replaces another one. */
  async suggest(options: ISuggestOptions): Promise<void> {
    const { notebook } = this.host;
    if (notebook === null || this.isDisposed) {
      return;
    }
    // Empty and locked cells stay where they are; others may be gone since they were selected.
    const placeable = new Set(
      presentCells(notebook)
        .filter(cell => cell.movable && cell.source.trim() !== '')
        .map(cell => cell.id)
    );
    const selected = options.selected.filter(id => placeable.has(id));
    const isEmpty = options.mode === 'selected' && selected.length === 0;
    if (this.host.readOnly || isEmpty) {
      this.cancel();
      this.forget(
        this.noticeState(this.host.readOnly ? 'read-only' : 'nothing-selected')
      );
      return;
    }
    const request: ISuggestRequest = {
      mode: options.mode,
      keep_markdown_order: options.keepMarkdownOrder,
      eagerness: options.eagerness,
      cells: requestCells(notebook),
      selected
    };
    const question = JSON.stringify(request);
    if (this._asking?.question === question) {
      return this._asking.done;
    }
    this.cancel();
    this._asked = options;
    const abort = new AbortController();
    const asking: IAsking = {
      question,
      abort,
      before: this._suggestion,
      // Begun when all is noted down, as whoever hears of it may ask or cancel at once.
      done: Promise.resolve().then(() => this.ask(notebook, request, asking))
    };
    this._asking = asking;
    this.forget({
      kind: 'thinking',
      cells: request.cells.length,
      warming: false,
      since: performance.now()
    });
    return asking.done;
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

  /** Says which moves are wanted. */
  tick(ids: Iterable<string>, on: boolean): void {
    if (this._suggestion !== null && this._state.kind === 'suggestion') {
      this._suggestion.tick(ids, on);
      this._state = { ...this._state, moves: this._suggestion.moves };
      this._stateChanged.emit();
    }
  }

  /** Stops the request under way; the suggestion on show before it returns. */
  cancel(): void {
    const asking = this._asking;
    if (asking !== null) {
      this._asking = null;
      asking.abort.abort();
      this._suggestion = asking.before;
      if (this._suggestion === null) {
        this.show({ kind: 'idle' });
      } else {
        this.showSuggestion();
      }
    }
  }

  /** Makes the given moves, or all that are open, as one undoable step. */
  async apply(ids?: readonly string[]): Promise<void> {
    const suggestion = this._suggestion;
    const { notebook } = this.host;
    if (suggestion === null || notebook === null || this._applying) {
      return;
    }
    if (this.host.readOnly) {
      this.forget(this.noticeState('read-only'));
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
      const made = this.stepsOf(notebook).make(steps, placed, expanded);
      suggestion.mark(placed, 'applied');
      skipped.forEach(({ id, reason }) => suggestion.mark([id], reason));
      if (made !== null) {
        this._doubles?.watch(placed);
        this._made.push(made);
      }
      this.showSuggestion();
    } finally {
      this._applying = false;
    }
  }

  /** Takes back the latest step of ours, and nothing that was changed after it. */
  undo(): void {
    const { latest } = this;
    if (latest !== undefined && !this.host.readOnly) {
      this._steps?.undo(latest);
    }
  }

  /** Scrolls to a cell; to the first one where none is named. */
  reveal(id: string | null): void {
    const found = id ?? this.host.notebook?.cells[0]?.getId();
    if (found !== undefined) {
      this.host.reveal(found);
    }
  }

  /** Forgets the suggestion and the steps to it; what was applied stays. */
  discard(): void {
    if (this._state.kind !== 'thinking') {
      this._made = [];
      this.forget({ kind: 'idle' });
    }
  }

  dispose(): void {
    if (this._isDisposed) {
      return;
    }
    this._isDisposed = true;
    this.cancel();
    this.disposables.dispose();
    Signal.clearData(this);
  }

  /** The latest step that has not been undone, of this suggestion or of one before it. */
  private get latest(): IMadeStep | undefined {
    return this._made.filter(step => !step.undone).pop();
  }

  private async ask(
    notebook: YNotebook,
    request: ISuggestRequest,
    asking: IAsking
  ): Promise<void> {
    const { signal } = asking.abort;
    const counts = executionCounts(notebook);
    const arrangement = arrangementOf(notebook);
    try {
      const health = await this.api.health(signal);
      if (
        this._state.kind === 'thinking' &&
        this._asking === asking &&
        (health.state === 'cold' || health.state === 'loading')
      ) {
        this.show({ ...this._state, warming: true });
      }
      const answer = await this.api.suggest(request, signal);
      if (!this.settles(asking)) {
        return;
      }
      if (answer.moves.length === 0) {
        this.show(this.noticeState(answer.notice ?? 'in-order'));
      } else {
        this._suggestion = new Suggestion(
          answer,
          request.cells,
          counts,
          arrangement
        );
        this.showSuggestion();
      }
    } catch (error) {
      const ours = error instanceof CellOrderError;
      if (this.settles(asking)) {
        this.show(ours ? { kind: 'error', error } : { kind: 'idle' });
      }
      if (!ours) {
        throw error;
      }
    }
  }

  /** Ends a question; false where it was cancelled or another one has taken its place. */
  private settles(asking: IAsking): boolean {
    const current = this._asking === asking;
    if (current) {
      this._asking = null;
    }
    return current;
  }

  private stepsOf(notebook: YNotebook): MadeSteps {
    if (this._steps === null) {
      this._steps = new MadeSteps(notebook, this.host.collaborative, () =>
        this.host.holdView()
      );
      this._steps.changed.connect(this.onStepChanged, this);
      this.disposables.add(this._steps);
    }
    return this._steps;
  }

  private onStepChanged(
    _: MadeSteps,
    { step, keptChanges }: IStepChange
  ): void {
    this._doubles?.watch(step.ids);
    if (step.undone) {
      void this.host.collapse(step.expanded);
    }
    if (!this._made.includes(step)) {
      return;
    }
    if (this._state.kind === 'notice') {
      // What it says of the notebook was true before.
      this.show({ kind: 'idle' });
    } else {
      const suggestion = this._suggestion ?? this._asking?.before;
      suggestion?.mark(step.ids, step.undone ? 'open' : 'applied');
      this.showSuggestion(keptChanges);
    }
  }

  private noticeState(notice: INoticeState['notice']): INoticeState {
    return {
      kind: 'notice',
      notice,
      action: notice === 'read-only' ? 'save-copy' : 'try-again',
      undoable: this.latest?.ids.length ?? 0
    };
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
    this.show(state);
  }

  private showSuggestion(keptChanges = false): void {
    if (this._suggestion !== null) {
      this.show({
        kind: 'suggestion',
        moves: this._suggestion.moves,
        undoable: this.latest?.ids.length ?? 0,
        keptChanges
      });
    }
  }

  private show(state: State): void {
    if (!this._isDisposed) {
      this._state = state;
      this._stateChanged.emit();
    }
  }

  private readonly disposables = new DisposableSet();
  private _applying = false;
  private _asked: ISuggestOptions | null = null;
  private _asking: IAsking | null = null;
  private _doubles: Doubles | null = null;
  private _isDisposed = false;
  /** The steps made since the last suggestion was discarded, the latest last. */
  private _made: IMadeStep[] = [];
  private _state: State = { kind: 'idle' };
  private _stateChanged = new Signal<this, void>(this);
  private _steps: MadeSteps | null = null;
  private _suggestion: Suggestion | null = null;
}

function planFor(
  notebook: YNotebook,
  suggestion: Suggestion,
  chosen: ReadonlySet<string>
): IPlan {
  return plan({
    present: presentCells(notebook),
    order: suggestion.answer.order,
    unsettled: suggestion.unsettled,
    chosen,
    sources: suggestion.sources,
    moved: movedSince(
      suggestion.arrangement,
      arrangementOf(notebook),
      suggestion.applied
    )
  });
}
