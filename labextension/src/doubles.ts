import type { YNotebook } from '@jupyter/ydoc';
import { JSONExt } from '@lumino/coreutils';
import type { IDisposable } from '@lumino/disposable';
import { Signal, type ISignal } from '@lumino/signaling';
import { editBetween, merge } from './merge';

type SharedCell = YNotebook['cells'][number];
type Content = ReturnType<SharedCell['toJSON']>;

/**
 * Removes the second copy of a cell that two people moved at the same moment.
 *
 * Of the copies with one id, all pages keep the same one, and only ever remove another: so one is
 * left whoever comes first. A copy that was written into is removed by the page that made it alone,
 * which adds what was written to the one that stays.
 */
export class Doubles implements IDisposable {
  constructor(private readonly notebook: YNotebook) {
    notebook.changed.connect(this.onChange, this);
    notebook.ydoc.on('afterTransaction', this.onDone);
  }

  get isDisposed(): boolean {
    return this._isDisposed;
  }

  /** Emits the ids of our copies that were removed. */
  get removed(): ISignal<this, readonly string[]> {
    return this._removed;
  }

  dispose(): void {
    this._isDisposed = true;
    this.notebook.changed.disconnect(this.onChange, this);
    this.notebook.ydoc.off('afterTransaction', this.onDone);
    Signal.clearData(this);
  }

  /** Names cells that a step of ours has just made anew. */
  watch(ids: readonly string[]): void {
    const chosen = new Set(ids);
    for (const cell of this.notebook.cells) {
      if (chosen.has(cell.getId())) {
        this.made.set(cell.getId(), {
          ymodel: cell.ymodel,
          content: cell.toJSON()
        });
      }
    }
  }

  private onChange(_: unknown, change: { cellsChange?: unknown }): void {
    this.changedCells ||= change.cellsChange !== undefined;
  }

  /** Settles when everybody has been told of the change, and before the next one arrives. */
  private readonly onDone = (): void => {
    if (this.changedCells) {
      this.changedCells = false;
      this.settle();
    }
  };

  /** The copies of each cell of ours that is there more than once, the one to keep first. */
  private doubled(): SharedCell[][] {
    const copies = new Map<string, SharedCell[]>();
    for (const cell of this.notebook.cells) {
      const id = cell.getId();
      if (this.made.has(id)) {
        copies.set(id, [...(copies.get(id) ?? []), cell]);
      }
    }
    return [...copies.values()]
      .filter(cells => cells.length > 1)
      .map(cells => cells.sort(byAge));
  }

  private settle(): void {
    const doubled = this.doubled();
    if (doubled.length === 0) {
      return;
    }
    const removed: string[] = [];
    this.notebook.transact(() => {
      const obsolete: SharedCell[] = [];
      for (const [kept, ...others] of doubled) {
        for (const copy of others) {
          const made = this.made.get(copy.getId());
          const ours = made !== undefined && made.ymodel === copy.ymodel;
          if (JSONExt.deepEqual(kept.toJSON(), copy.toJSON())) {
            obsolete.push(copy);
          } else if (ours) {
            bringOver(made.content, copy, kept);
            obsolete.push(copy);
          }
          if (ours && obsolete.includes(copy)) {
            removed.push(copy.getId());
          }
        }
      }
      // From the end, as `cells` is out of date until the transaction is over.
      obsolete
        .map(copy => this.notebook.cells.indexOf(copy))
        .sort((a, b) => b - a)
        .forEach(index => this.notebook.deleteCell(index));
    }, false);
    if (removed.length > 0) {
      this._removed.emit(removed);
    }
  }

  private _isDisposed = false;
  private changedCells = false;
  private readonly made = new Map<
    string,
    { readonly ymodel: object; readonly content: Content }
  >();
  private _removed = new Signal<this, readonly string[]>(this);
}

/** Yjs numbers what each page makes: an order on which all pages agree. */
function byAge(a: SharedCell, b: SharedCell): number {
  const one = a.ymodel._item?.id;
  const other = b.ymodel._item?.id;
  return one && other
    ? one.client - other.client || one.clock - other.clock
    : 0;
}

/** Makes the changes of one copy since it was made in another one as well. */
function bringOver(made: Content, from: SharedCell, to: SharedCell): void {
  const source = merge(String(made.source), to.getSource(), from.getSource());
  const { start, end, text } = editBetween(to.getSource(), source);
  to.updateSource(start, end, text);
  if (!JSONExt.deepEqual(made.metadata, from.getMetadata())) {
    to.setMetadata({ ...to.getMetadata(), ...from.getMetadata() });
  }
}
