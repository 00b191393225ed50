import { YNotebook } from '@jupyter/ydoc';
import { nullTranslator } from '@jupyterlab/translation';
import * as Y from 'yjs';
import { CellOrderModel, type IHost, type IPage } from '../model';
import type { ICellOrderApi, ISuggestAnswer, ISuggestRequest } from '../tokens';
import { notebookOf } from './notebook';

const REMOTE = 'from the other page';

/** A host without a view. */
export class Host implements IHost {
  constructor(
    readonly notebook: YNotebook,
    readonly collaborative = false
  ) {}
  readOnly = false;
  expanded: string[] = [];
  collapsed: string[] = [];
  revealed: string[] = [];
  holdView(): () => void {
    return () => undefined;
  }
  async expandAround(): Promise<string[]> {
    return this.expanded;
  }
  async collapse(ids: readonly string[]): Promise<void> {
    this.collapsed.push(...ids);
  }
  reveal(id: string): void {
    this.revealed.push(id);
  }
}

/** A page that notes what it is told to do. */
export class Page implements IPage {
  done: string[] = [];
  reload(): void {
    this.done.push('reload');
  }
  logIn(): void {
    this.done.push('log in');
  }
  async saveCopy(): Promise<void> {
    this.done.push('save copy');
  }
  async copy(text: string): Promise<void> {
    this.done.push(`copy ${text}`);
  }
}

/** A server that gives the same answer to whatever it is asked, and notes what that is. */
export function apiOf(
  answer: ISuggestAnswer,
  requests: ISuggestRequest[] = []
): ICellOrderApi & { answer: ISuggestAnswer } {
  const api = {
    answer,
    health: async () => ({
      package_version: '0',
      api_version: 1,
      bundle: null,
      backend: 'onnx' as const,
      state: 'ready' as const,
      message: null
    }),
    suggest: async (request: ISuggestRequest) => {
      requests.push(request);
      return api.answer;
    }
  };
  return api;
}

/** A model that gets the given answer to whatever it asks. */
export function modelOf(
  notebook: YNotebook,
  answer: ISuggestAnswer,
  collaborative = false
): CellOrderModel {
  return new CellOrderModel(
    new Host(notebook, collaborative),
    apiOf(answer),
    new Page(),
    nullTranslator.load('')
  );
}

/** How many moves the latest step made, as the author is told; 0 when there is none to undo. */
export function undoableOf({ state }: CellOrderModel): number {
  return 'undoable' in state ? state.undoable : 0;
}

export const REVIEW = {
  mode: 'review' as const,
  keepMarkdownOrder: false,
  eagerness: 'balanced' as const,
  selected: []
};

/** Two people at one document, who hear of each other when `meet` is called. */
export class TwoPeople {
  constructor(
    ids: readonly string[],
    readonly answer: ISuggestAnswer,
    /** The numbers by which Yjs tells who was first. */
    [anna, ben]: readonly [number, number] = [1, 2]
  ) {
    this.anna = notebookOf(ids);
    this.anna.ydoc.clientID = anna;
    this.ben = new YNotebook({ disableDocumentWideUndoRedo: true });
    this.ben.ydoc.clientID = ben;
    Y.applyUpdate(this.ben.ydoc, Y.encodeStateAsUpdate(this.anna.ydoc), REMOTE);
    this.models = [this.anna, this.ben].map(notebook =>
      modelOf(notebook, answer, true)
    );
    this.models.forEach(model => model.watch());
    [this.anna, this.ben].forEach((notebook, index) =>
      notebook.ydoc.on('update', (update: Uint8Array, origin: unknown) => {
        if (origin !== REMOTE) {
          this.unsent[index].push(update);
        }
      })
    );
  }

  readonly anna: YNotebook;
  readonly ben: YNotebook;
  /** Anna's and Ben's. */
  readonly models: readonly CellOrderModel[];

  /** Both ask. */
  async ask(): Promise<void> {
    for (const model of this.models) {
      await model.suggest(REVIEW);
    }
  }

  /** Sends what either has done to the other, until there is no more. */
  async meet(): Promise<void> {
    let sent = 0;
    do {
      sent = this.unsent[0].length + this.unsent[1].length;
      const [toBen, toAnna] = this.unsent.map(updates => updates.splice(0));
      toBen.forEach(update => Y.applyUpdate(this.ben.ydoc, update, REMOTE));
      toAnna.forEach(update => Y.applyUpdate(this.anna.ydoc, update, REMOTE));
      await new Promise(resolve => setTimeout(resolve));
    } while (sent > 0);
  }

  dispose(): void {
    this.models.forEach(model => model.dispose());
    this.ben.dispose();
  }

  private readonly unsent: [Uint8Array[], Uint8Array[]] = [[], []];
}
