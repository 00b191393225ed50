import type { YNotebook } from '@jupyter/ydoc';
import { JSONExt, type PartialJSONValue } from '@lumino/coreutils';
import type { IDisposable } from '@lumino/disposable';
import type * as Y from 'yjs';
import { editBetween, merge } from './merge';

const ATTACHMENTS = Symbol('attachments');

/** A key of the metadata, or the attachments as a whole. */
type Field = string | typeof ATTACHMENTS;

type Value = PartialJSONValue | undefined;

/** Versions of one cell's text that are kept: enough for what is typed until others have it. */
const VERSIONS = 200;

/** A field that was set here. */
interface ISet {
  readonly ours: Value;
  /** What it was before. */
  readonly before: readonly Value[];
}

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
  /** The metadata and attachments that were last set here, and not elsewhere. */
  readonly fields: Map<Field, ISet>;
}

interface IPending {
  readonly id: string;
  readonly ycell: Y.Map<unknown>;
  readonly text: string;
  readonly fields: readonly (readonly [Field, Value])[];
}

/**
 * Keeps what is written here into a markdown cell, its text, metadata and attachments, while somebody
 * else moves it.
 *
 * To Yjs a moved cell is deleted and made anew, so what the mover had not received is lost. Whoever
 * wrote it notices, and writes it into the new cell.
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
    for (const event of events) {
      const { path, target } = event;
      const part = path[1];
      const ycell = (
        path.length === 1 ? target : target.parent
      ) as Y.Map<unknown>;
      const written =
        path.length === 1 || path.length === 2
          ? this.written.get(ycell.get('id') as string)
          : undefined;
      if (written === undefined) {
        continue;
      }
      if (part === 'source') {
        this.record(written, { text: String(target), local });
        continue;
      }
      for (const [key, { oldValue }] of event.changes.keys) {
        if (part === 'metadata' || key === 'attachments') {
          const field = part === 'metadata' ? key : ATTACHMENTS;
          const before = written.fields.get(field)?.before ?? [];
          written.fields.delete(field);
          if (local) {
            written.fields.set(field, {
              ours: (target as Y.Map<Value>).get(key),
              before: [...before, oldValue as Value]
            });
          }
        }
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
        const fields = new Map<Field, ISet>();
        this.written.set(id, { ycell, versions, fields });
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

  private carryOver(id: string, written: IWritten, theirs: string): void {
    const { ycell } = written;
    const text = withOurs(written.versions, theirs);
    this.record(written, { text: theirs, local: false });
    const metadata = ycell.get('metadata') as Y.Map<Value>;
    const fields = [...written.fields].flatMap(([field, { ours, before }]) => {
      const now =
        field === ATTACHMENTS
          ? (ycell.get('attachments') as Value)
          : metadata.get(field);
      return !same(now, ours) && before.some(value => same(value, now))
        ? [[field, ours] as const]
        : [];
    });
    if (text !== theirs || fields.length > 0) {
      this.pending.push({ id, ycell, text, fields });
    }
  }

  /** Writes when everybody has been told of the change, and before the next one arrives. */
  private readonly onDone = (): void => {
    for (const { id, ycell, text, fields } of this.pending.splice(0)) {
      const cell = this.notebook.cells.find(
        cell => cell.ymodel === ycell && cell.getId() === id
      );
      if (cell !== undefined) {
        this.notebook.transact(() => {
          const edit = editBetween(cell.getSource(), text);
          cell.updateSource(edit.start, edit.end, edit.text);
          fields.forEach(([field, value]) => write(cell, field, value));
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
  private readonly pending: IPending[] = [];
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

function same(one: Value, other: Value): boolean {
  return JSONExt.deepEqual(one ?? null, other ?? null);
}

function write(
  cell: YNotebook['cells'][number],
  field: Field,
  value: Value
): void {
  if (field === ATTACHMENTS) {
    if ('setAttachments' in cell) {
      cell.setAttachments(value as ReturnType<typeof cell.getAttachments>);
    }
  } else if (value === undefined) {
    cell.deleteMetadata(field);
  } else {
    cell.setMetadata(field, value);
  }
}
