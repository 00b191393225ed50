import type { IDisposable } from '@lumino/disposable';
import { Signal, type ISignal } from '@lumino/signaling';
import { afterPaint } from './afterPaint';
import { rowsOf, type IRow } from './groups';
import type { CellOrderModel } from './model';
import type { Preferences } from './preferences';
import type { State } from './state';
import type { Eagerness, Mode } from './tokens';

/** Milliseconds until waiting is worth a word: what comes sooner feels immediate. */
const PATIENCE = 150;

/** So many moves take JupyterLab longer than a blink, in which the page stands still. */
const MANY = 50;

/** What is shown of one notebook's suggestion; panel, banner and slots in the notebook agree on it. */
export class Preview implements IDisposable {
  constructor(
    readonly model: CellOrderModel,
    private readonly preferences: Preferences
  ) {
    model.stateChanged.connect(this.refresh, this);
    this.refresh();
  }

  get changed(): ISignal<this, void> {
    return this._changed;
  }

  get pointedChanged(): ISignal<this, void> {
    return this._pointedChanged;
  }

  /** The state of the model, except that thinking shows only once it takes a while. */
  get state(): State {
    return this._state;
  }

  /** The moves of the suggestion; a section that moves as a whole is one. */
  get rows(): readonly IRow[] {
    return this._rows;
  }

  /** Whether the check on show, of which nothing was applied yet, left out what is less certain. */
  get canLookHarder(): boolean {
    const { state } = this;
    return (
      this._mode === 'review' &&
      this._eagerness !== 'eager' &&
      ((state.kind === 'suggestion' &&
        state.moves.every(move => move.status === 'open')) ||
        (state.kind === 'notice' && state.notice === 'in-order'))
    );
  }

  /** How many of the moves shown can be made. */
  get open(): number {
    return this.openCells(row => row.status === 'open').length;
  }

  /** How many of the moves shown can be made and are ticked. */
  get ticked(): number {
    return this.openCells(row => row.ticked).length;
  }

  /** How many moves the latest step made. */
  get undoable(): number {
    const { state } = this;
    return state.kind === 'suggestion' || state.kind === 'notice'
      ? state.undoable
      : 0;
  }

  /** How many moves are being made or taken back right now, where they are many. */
  get moving(): number {
    return this._moving;
  }

  /** The row that the author looks at, by its key. */
  get pointed(): string | null {
    return this._pointed;
  }

  get isDisposed(): boolean {
    return this._isDisposed;
  }

  async ask(mode: Mode, selected: readonly string[]): Promise<void> {
    this._mode = mode;
    this._eagerness = this.preferences.eagerness;
    await this.suggest(selected);
  }

  /** Checks again, and names also the cells that are less certain. */
  async lookHarder(): Promise<void> {
    if (this.canLookHarder) {
      this._eagerness = 'eager';
      await this.suggest([]);
    }
  }

  point(key: string | null): void {
    if (key !== this._pointed) {
      this._pointed = key;
      this._pointedChanged.emit();
    }
  }

  tick(row: IRow, on: boolean): void {
    if (row.status === 'open') {
      this.model.tick(row.cells, on);
    }
  }

  tickAll(on: boolean): void {
    this.model.tick(this.openCells(), on);
  }

  /** Makes the moves shown that are ticked. */
  applyTicked(): Promise<void> {
    return this.apply(this.openCells(row => row.ticked));
  }

  /** Makes all moves shown. */
  applyAll(): Promise<void> {
    return this.apply(this.openCells());
  }

  /** Takes back the latest step. */
  undo(): Promise<void> {
    return this.move(this.undoable, () => this.model.undo());
  }

  discard(): void {
    this.model.discard();
  }

  /** Scrolls to the cell of a row; asked again, to the place where it is to go. */
  reveal(row: IRow): void {
    if (this._revealed === row.key && row.status === 'open') {
      this._revealed = null;
      this.model.reveal(row.to.after?.cell ?? null);
    } else {
      this._revealed = row.key;
      this.model.reveal(row.key);
    }
  }

  dispose(): void {
    if (!this._isDisposed) {
      this._isDisposed = true;
      clearTimeout(this._timer);
      Signal.clearData(this);
    }
  }

  private apply(cells: readonly string[]): Promise<void> {
    return this.move(cells.length, () => this.model.apply(cells));
  }

  /** Moves cells; where they are many, once the page shows that it is about to. */
  private async move(
    cells: number,
    act: () => void | Promise<void>
  ): Promise<void> {
    if (this._moving > 0) {
      return;
    }
    if (cells < MANY) {
      return act();
    }
    this.say(cells);
    await new Promise<void>(afterPaint);
    try {
      await act();
    } finally {
      this.say(0);
    }
  }

  private say(moving: number): void {
    this._moving = moving;
    if (!this.isDisposed) {
      this._changed.emit();
    }
  }

  private async suggest(selected: readonly string[]): Promise<void> {
    const mode = this._mode;
    await this.model.suggest({
      mode,
      eagerness: this._eagerness,
      keepMarkdownOrder:
        mode !== 'review' && this.preferences.keepMarkdownOrder,
      selected
    });
  }

  private refresh(): void {
    const { state } = this.model;
    clearTimeout(this._timer);
    if (state.kind === 'thinking') {
      const left = state.since + PATIENCE - performance.now();
      if (left > 0) {
        this._timer = setTimeout(() => this.refresh(), left);
        return;
      }
    }
    if (state.kind !== 'suggestion') {
      this._revealed = null;
    }
    this._state = state;
    const rows = rowsOf(state.kind === 'suggestion' ? state.moves : []);
    this._rows = keptWhereEqual(rows, this._rows);
    if (!this._rows.some(row => row.key === this._pointed)) {
      this.point(null);
    }
    this._changed.emit();
  }

  private openCells(test: (row: IRow) => boolean = () => true): string[] {
    return cellsOf(
      this._rows.filter(row => row.status === 'open' && test(row))
    );
  }

  private _changed = new Signal<this, void>(this);
  private _eagerness: Eagerness = 'balanced';
  private _isDisposed = false;
  private _mode: Mode = 'review';
  private _moving = 0;
  private _pointed: string | null = null;
  private _pointedChanged = new Signal<this, void>(this);
  private _revealed: string | null = null;
  private _rows: readonly IRow[] = [];
  private _state: State = { kind: 'idle' };
  private _timer: ReturnType<typeof setTimeout> | undefined;
}

function cellsOf(rows: readonly IRow[]): string[] {
  return rows.flatMap(row => row.cells);
}

/** The rows, the very same objects where nothing changed, so that only what changed is drawn anew. */
function keptWhereEqual(
  rows: readonly IRow[],
  before: readonly IRow[]
): IRow[] {
  const known = new Map(before.map(row => [row.key, row]));
  return rows.map(row => {
    const old = known.get(row.key);
    return old !== undefined && JSON.stringify(old) === JSON.stringify(row)
      ? old
      : row;
  });
}
