import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { EXAMPLES, FILES, SETTINGS } from '../paths';

export interface INotebookCell {
  id: string;
  cell_type: 'code' | 'markdown' | 'raw';
  source: string | string[];
  metadata: Record<string, unknown>;
  execution_count?: number | null;
  outputs?: unknown[];
  attachments?: Record<string, unknown>;
}

export interface INotebookFile {
  cells: INotebookCell[];
  metadata: Record<string, unknown>;
  nbformat: number;
  nbformat_minor: number;
}

/** The shipped example of this name; in the folder `out-of-order` three markdown cells are displaced. */
export function example(name: string): INotebookFile {
  const text = readFileSync(join(EXAMPLES, `${name}.ipynb`), 'utf-8');
  return JSON.parse(text) as INotebookFile;
}

/** A notebook of 4n cells, by ids: all markdown stands at the end, and belongs before every third code cell. */
export function unsorted(n: number): {
  ids: string[];
  order: string[];
  moved: string[];
} {
  const code = Array.from({ length: 3 * n }, (_, index) => `c${index}`);
  const moved = Array.from({ length: n }, (_, index) => `m${index}`);
  const order = code.flatMap((id, index) =>
    index % 3 === 0 ? [moved[index / 3], id] : [id]
  );
  return { ids: [...code, ...moved], order, moved };
}

/** A notebook made of cells told by their ids: `c…` code, `m…` markdown, `h2…` a heading of level 2. */
export function madeOf(ids: readonly string[]): INotebookFile {
  return {
    cells: ids.map((id): INotebookCell => {
      const level = /^h(\d)/.exec(id);
      if (level !== null || id.startsWith('m')) {
        const source = level
          ? `${'#'.repeat(Number(level[1]))} Heading ${id}`
          : `Words of ${id}`;
        return { id, cell_type: 'markdown', source, metadata: {} };
      }
      return {
        id,
        cell_type: 'code',
        source: `${id} = 1`,
        metadata: {},
        execution_count: null,
        outputs: []
      };
    }),
    metadata: {
      kernelspec: {
        display_name: 'Python 3 (ipykernel)',
        language: 'python',
        name: 'python3'
      },
      language_info: { name: 'python' }
    },
    nbformat: 4,
    nbformat_minor: 5
  };
}

/** The notebook as a file older than nbformat 4.5, whose cells have no ids. */
export function withoutIds(notebook: INotebookFile): object {
  const cells = notebook.cells.map(cell => ({ ...cell, id: undefined }));
  return { ...notebook, cells, nbformat_minor: 4 };
}

/** Puts a notebook where a server sees it. */
export function write(name: string, notebook: object, folder = FILES): void {
  writeFileSync(join(folder, name), JSON.stringify(notebook, null, 1));
}

/** The bytes of a file as the server saved it. */
export function read(name: string, folder = FILES): string {
  return readFileSync(join(folder, name), 'latin1');
}

/** Sets the user settings of a plugin such as `@jupyterlab/notebook-extension:tracker`, until `clear` is called. */
export function setSettings(plugin: string, settings: object): () => void {
  const [extension, name] = plugin.split(':');
  const path = join(SETTINGS, extension, `${name}.jupyterlab-settings`);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, JSON.stringify(settings));
  return () => rmSync(path, { force: true });
}
