import type { YNotebook } from '@jupyter/ydoc';
import type { IDisposable } from '@lumino/disposable';
import type * as Y from 'yjs';
import { editBetween, merge } from './merge';

/** Versions of one cell's text that are kept: enough for what is typed until others have it. */
const VERSIONS = 200;

interface IVersion {
  readonly text: string;
  /** Whether it was written here. */
  readonly local: boolean;
}

interface IWritten {
  /** The object that holds the cell; moving the cell makes another one. */
  ycell: Y.Map<unknown>;
  /** The latest is the last. */
  versions: IVersion[];
}

/**
 * Keeps what is written here into a markdown cell while somebody else moves it.
 *
 * To Yjs a moved cell is deleted and made anew, so letters that the mover had not received are lost.
 * Whoever wrote them notices, and writes them into the new cell.
 */
export class ConcurrentEdits implements IDisposable {
  constructor(private readonly notebook: YNotebook) {
    this.ycells = notebook.ydoc.getArray<Y.Map<unknown>>('cells');
    this.follow(true);
    this.ycells.observeDeep(this.onChange);
    notebook.ydoc.on('afterTransaction', this.onDone);
  }

  get isDisposed(): boolean {
    return this._isDisposed;
  }

  dispose(): void {
    this._isDisposed = true;
    this.ycells.unobserveDeep(this.onChange);
    this.notebook.ydoc.off('afterTransaction', this.onDone);
  }

  private readonly onChange = (
    events: Y.YEvent<Y.AbstractType<unknown>>[],
    { local }: Y.Transaction
  ): void => {
    for (const { path, target } of events) {
      if (path.length === 2 && path[1] === 'source') {
        const id = (target.parent as Y.Map<unknown>).get('id') as string;
        this.record(this.written.get(id), { text: String(target), local });
      }
    }
    if (events.some(event => event.path.length === 0)) {
      this.follow(local);
    }
  };

  /** Looks for cells that were made anew. */
  private follow(local: boolean): void {
    for (const ycell of this.ycells) {
      if (ycell.get('cell_type') !== 'markdown') {
        continue;
      }
      const id = ycell.get('id') as string;
      const text = String(ycell.get('source'));
      const written = this.written.get(id);
      if (written === undefined) {
        const versions = [{ text, local: false }];
        this.written.set(id, { ycell, versions });
      } else if (written.ycell !== ycell && !this.holds(written.ycell)) {
        written.ycell = ycell;
        if (local) {
          // Made anew here, but its text is as it was or as others wrote it.
          this.record(written, { text, local: false });
        } else {
          this.carryOver(id, written, text);
        }
      }
    }
  }

  private carryOver(id: string, written: IWritten, text: string): void {
    const wanted = withOurs(written.versions, text);
    this.record(written, { text, local: false });
    if (wanted !== text) {
      this.pending.push({ id, ycell: written.ycell, wanted });
    }
  }

  /** Writes when everybody has been told of the change, and before the next one arrives. */
  private readonly onDone = (): void => {
    for (const { id, ycell, wanted } of this.pending.splice(0)) {
      const cell = this.notebook.cells.find(
        cell => cell.ymodel === ycell && cell.getId() === id
      );
      if (cell !== undefined) {
        const { start, end, text } = editBetween(cell.getSource(), wanted);
        this.notebook.transact(() => {
          cell.updateSource(start, end, text);
        }, false);
      }
    }
  };

  private record(written: IWritten | undefined, version: IVersion): void {
    if (written !== undefined) {
      written.versions = [...written.versions, version].slice(-VERSIONS);
    }
  }

  private holds(ycell: Y.Map<unknown>): boolean {
    return ycell._item?.deleted === false;
  }

  private _isDisposed = false;
  private readonly pending: {
    readonly id: string;
    readonly ycell: Y.Map<unknown>;
    readonly wanted: string;
  }[] = [];
  private readonly written = new Map<string, IWritten>();
  private readonly ycells: Y.Array<Y.Map<unknown>>;
}

/** The text of a cell that was made anew elsewhere, with what was written here and had not arrived there. */
function withOurs(versions: readonly IVersion[], theirs: string): string {
  const ours = versions[versions.length - 1].text;
  const known = versions.map(version => version.text).lastIndexOf(theirs);
  if (known !== -1) {
    return versions.slice(known + 1).some(version => version.local)
      ? ours
      : theirs;
  }
  if (!versions.some(version => version.local)) {
    return theirs;
  }
  // They wrote into it before they moved it: into the version that is nearest to theirs.
  const [nearest] = versions
    .map((version, index) => ({
      text: version.text,
      index,
      distance: distance(version.text, theirs)
    }))
    .sort((a, b) => a.distance - b.distance || b.index - a.index);
  return merge(nearest.text, ours, theirs);
}

/** Letters taken out and put in between two texts. */
function distance(from: string, to: string): number {
  const { start, end, text } = editBetween(from, to);
  return end - start + text.length;
}
