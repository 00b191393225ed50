import type { YNotebook } from '@jupyter/ydoc';
import { JSONExt } from '@lumino/coreutils';
import type { IDisposable } from '@lumino/disposable';
import { Signal, type ISignal } from '@lumino/signaling';
import { applySteps, type UndoItem } from './apply';
import { editBetween } from './merge';
import { arrangementOf, movedSince, type IArrangement } from './moved';
import { plan, type IStep } from './order';
import { presentCells } from './request';

type SharedCell = YNotebook['cells'][number];
type Content = ReturnType<SharedCell['toJSON']>;

/** Cells that were moved in one step. */
export interface IMadeStep {
  readonly ids: readonly string[];
  /** The collapsed headings that were opened for it. */
  readonly expanded: readonly string[];
  readonly undone: boolean;
}

interface IStepRecord extends IMadeStep {
  undone: boolean;
  /** All cells in the order before. */
  readonly before: readonly string[];
  /** How all cells stood afterwards. */
  after: IArrangement;
  /** What its cells held afterwards. */
  contents: ReadonlyMap<string, Content>;
}

/** An entry of ours on the undo or redo stack. */
interface IEntry {
  item: UndoItem;
  readonly record: IStepRecord;
  /** Whether it is the step itself, or what took the step back. */
  readonly takesBack: boolean;
}

/** How a step changed: it was undone or redone, and whether later changes had to be kept. */
export interface IStepChange {
  readonly step: IMadeStep;
  readonly keptChanges: boolean;
}

/** The steps that were made in a notebook: making, undoing and redoing them without loss. */
export class MadeSteps implements IDisposable {
  constructor(
    private readonly notebook: YNotebook,
    /** Whether others may be editing the notebook at the same time. */
    private readonly shared: boolean,
    /** Called before cells are made anew; what it returns puts the view back afterwards. */
    private readonly holdView: () => () => void
  ) {
    notebook.ydoc.on('beforeTransaction', this.onBefore);
    notebook.undoManager.on('stack-item-popped', this.onPopped);
  }

  get isDisposed(): boolean {
    return this._isDisposed;
  }

  /** Emits when a step is undone or redone, by whatever means. */
  get changed(): ISignal<this, IStepChange> {
    return this._changed;
  }

  dispose(): void {
    if (!this._isDisposed) {
      this._isDisposed = true;
      this.notebook.ydoc.off('beforeTransaction', this.onBefore);
      this.notebook.undoManager.off('stack-item-popped', this.onPopped);
      Signal.clearData(this);
    }
  }

  /** Makes the steps as one; null when there is nothing to do. */
  make(
    steps: readonly IStep[],
    ids: readonly string[],
    expanded: readonly string[]
  ): IMadeStep | null {
    const before = this.notebook.cells.map(cell => cell.getId());
    const item = this.apply(steps);
    if (item === null) {
      return null;
    }
    const step = {
      ids,
      expanded,
      before,
      after: arrangementOf(this.notebook),
      contents: this.contents(ids),
      undone: false
    };
    this.entries.push({ item, record: step, takesBack: false });
    return step;
  }

  /** Takes a step back, and nothing that was changed after it. */
  undo(step: IMadeStep): void {
    const { undoStack } = this.notebook.undoManager;
    const top = undoStack[undoStack.length - 1];
    const own = this.entries.find(
      ({ record, takesBack }) => record === step && !takesBack
    );
    if (own === undefined || own.record.undone) {
      return;
    }
    if (own.item === top && this.isIntact(own.record)) {
      this.notebook.undo();
    } else {
      this.moveBack(own.record);
    }
  }

  /** Tells that cells which a step had made were removed, as others had made them too. */
  forgetMade(ids: readonly string[]): void {
    for (const { item, record } of this.entries) {
      if (record.ids.some(id => ids.includes(id))) {
        // Undoing it in Yjs would bring the cells a second time.
        this.drop(item);
      }
    }
  }

  private drop(item: UndoItem): void {
    const { undoStack, redoStack } = this.notebook.undoManager;
    for (const stack of [undoStack, redoStack]) {
      if (stack.includes(item)) {
        stack.splice(stack.indexOf(item), 1);
      }
    }
  }

  /** Whether the cells that the step made are still these, and hold the same. */
  private isIntact({ ids, after, contents }: IStepRecord): boolean {
    const { identities } = arrangementOf(this.notebook);
    const now = this.contents(ids);
    return ids.every(
      id =>
        identities.get(id) === after.identities.get(id) &&
        JSONExt.deepEqual(now.get(id) ?? null, contents.get(id) ?? null)
    );
  }

  /** Puts the cells of a step back as a new step, but for those that the author moved since. */
  private moveBack(record: IStepRecord): void {
    const present = presentCells(this.notebook);
    const ids = new Set(record.ids);
    const { steps } = plan({
      present,
      order: record.before,
      unsettled: ids,
      chosen: ids,
      sources: new Map(present.map(cell => [cell.id, cell.source])),
      moved: movedSince(record.after, arrangementOf(this.notebook))
    });
    const item = this.apply(steps);
    if (item !== null) {
      this.entries.push({ item, record, takesBack: true });
    }
    record.undone = true;
    this._changed.emit({ step: record, keptChanges: true });
  }

  /** Remembers, before one of our steps is undone or redone, what its cells hold. */
  private readonly onBefore = ({ origin }: { origin: unknown }): void => {
    const { undoManager } = this.notebook;
    if (origin !== undoManager) {
      return;
    }
    const stack = undoManager.undoing
      ? undoManager.undoStack
      : undoManager.redoStack;
    const item = stack[stack.length - 1];
    const entry = this.entries.find(entry => entry.item === item);
    if (entry !== undefined) {
      this.popping = {
        contents: this.contents(entry.record.ids),
        restore: this.holdView()
      };
      // Where Yjs finds nothing to undo, it does not say so.
      queueMicrotask(() => this.stopPopping());
    }
  };

  /** Follows our steps when they are undone and redone, by whatever means. */
  private readonly onPopped = (event: {
    stackItem: UndoItem;
    type: 'undo' | 'redo';
  }): void => {
    const entry = this.entries.find(({ item }) => item === event.stackItem);
    if (entry !== undefined) {
      const { undoManager } = this.notebook;
      const stack =
        event.type === 'undo' ? undoManager.redoStack : undoManager.undoStack;
      entry.item = stack[stack.length - 1];
      const { record } = entry;
      record.undone = (event.type === 'undo') !== entry.takesBack;
      const keptChanges = this.keep(this.popping?.contents ?? new Map());
      if (keptChanges && this.shared) {
        // The cells have been made once more: Yjs would bring them a second time.
        this.drop(entry.item);
      }
      if (!record.undone) {
        record.after = arrangementOf(this.notebook);
        record.contents = this.contents(record.ids);
      }
      this.stopPopping();
      this._changed.emit({
        step: record,
        keptChanges: record.undone && keptChanges
      });
    }
    this.stopPopping();
  };

  private stopPopping(): void {
    const { popping } = this;
    this.popping = null;
    popping?.restore();
  }

  private apply(steps: readonly IStep[]): UndoItem | null {
    const restore = this.holdView();
    try {
      return applySteps(this.notebook, steps);
    } finally {
      restore();
    }
  }

  private contents(ids: readonly string[]): Map<string, Content> {
    const chosen = new Set(ids);
    return new Map(
      this.notebook.cells
        .filter(cell => chosen.has(cell.getId()))
        .map(cell => [cell.getId(), cell.toJSON()])
    );
  }

  /**
   * Writes contents into cells that hold others; says whether there were any.
   *
   * Yjs brings a cell back as it was when it was moved, without what was written into it since.
   * Where others write too, the cell is made anew: who wrote into it would else add the same letters.
   */
  private keep(contents: ReadonlyMap<string, Content>): boolean {
    const others = this.notebook.cells.flatMap(cell => {
      const content = contents.get(cell.getId());
      return content === undefined || JSONExt.deepEqual(content, cell.toJSON())
        ? []
        : [{ cell, content }];
    });
    this.notebook.transact(() => {
      others.forEach(({ cell, content }) => {
        if (this.shared) {
          const index = this.notebook.cells.indexOf(cell);
          this.notebook.deleteCell(index);
          this.notebook.insertCell(index, content);
        } else {
          write(content, cell);
        }
      });
    }, false);
    return others.length > 0;
  }

  private _changed = new Signal<this, IStepChange>(this);
  private _isDisposed = false;
  private popping: {
    readonly contents: ReadonlyMap<string, Content>;
    readonly restore: () => void;
  } | null = null;
  private readonly entries: IEntry[] = [];
}

function write(content: Content, cell: SharedCell): void {
  const { start, end, text } = editBetween(
    cell.getSource(),
    String(content.source)
  );
  if (end > start || text !== '') {
    cell.updateSource(start, end, text);
  }
  for (const key of Object.keys(cell.getMetadata())) {
    if (!(key in content.metadata)) {
      cell.deleteMetadata(key);
    }
  }
  cell.setMetadata(content.metadata);
  if (content.cell_type === 'markdown' && 'setAttachments' in cell) {
    cell.setAttachments(content.attachments);
  }
}
