import type { NotebookPanel } from '@jupyterlab/notebook';
import { Token } from '@lumino/coreutils';
import type { CellOrderModel } from './model';
import type { Preferences } from './preferences';
import type { Preview } from './preview';

/** Identifiers of the commands. */
export namespace CommandIDs {
  /** What the settings name as the button's question. */
  export const suggest = 'cellorder:suggest';
  export const check = 'cellorder:check';
  export const placeSelected = 'cellorder:place-selected';
  export const orderAll = 'cellorder:order-all';
  export const showList = 'cellorder:show-list';
  export const applyTicked = 'cellorder:apply-ticked';
  export const applyAll = 'cellorder:apply-all';
  export const undo = 'cellorder:undo';
  export const discard = 'cellorder:discard';
}

/** What is asked: see the REST interface of the server. */
export type Mode = 'review' | 'selected' | 'all';

/** How sure a move of a check must be to be suggested; the thresholds are fitted for the server's model. */
export type Eagerness = 'cautious' | 'balanced' | 'eager';

/** Why a suggestion holds no move. */
export type Notice = 'in-order' | 'no-cells' | 'no-markdown' | 'no-code';

/** A cell as the server gets it. */
export interface IRequestCell {
  id: string;
  cell_type: 'code' | 'markdown' | 'raw';
  source: string;
  pinned: boolean;
}

/** A question to the server. */
export interface ISuggestRequest {
  mode: Mode;
  keep_markdown_order: boolean;
  eagerness: Eagerness;
  cells: IRequestCell[];
  selected: string[];
}

/** One proposed move; `from` and `to` are indices in the present and in the suggested order. */
export interface IMove {
  cell: string;
  from: number;
  to: number;
  gain: number;
  confidence: number;
}

/** The server's answer; `order` holds every cell, `moves` are in the reading order of the suggestion. */
export interface ISuggestAnswer {
  api_version: number;
  mode: Mode;
  bundle: string;
  order: string[];
  moves: IMove[];
  notice: Notice | null;
  seconds: number;
}

/** What the server says of itself. */
export interface IHealth {
  package_version: string;
  api_version: number;
  bundle: string | null;
  backend: string;
  state: 'cold' | 'loading' | 'ready' | 'failed';
  message: string | null;
}

/** The two requests; both reject with a `CellOrderError`. */
export interface ICellOrderApi {
  health(signal: AbortSignal): Promise<IHealth>;
  suggest(
    request: ISuggestRequest,
    signal: AbortSignal
  ): Promise<ISuggestAnswer>;
}

/** The suggestions of all open notebooks. */
export interface ICellOrder {
  /** The suggestion of a notebook, made when first asked for. */
  modelFor(panel: NotebookPanel): CellOrderModel;
  /** The suggestion of the notebook in front, if one is. */
  readonly current: CellOrderModel | null;
}

export const ICellOrder = new Token<ICellOrder>(
  'jupyter-cellorder:ICellOrder',
  'The order suggestions of the open notebooks.'
);

/** What is shown of the suggestions of all open notebooks. */
export interface IPreviews {
  /** The preview of a notebook, made when first asked for. */
  previewFor(panel: NotebookPanel): Preview;
  /** The preview of the notebook in front, if one is. */
  readonly current: Preview | null;
  readonly preferences: Preferences;
}

export const IPreviews = new Token<IPreviews>(
  'jupyter-cellorder:IPreviews',
  'What is shown of the order suggestions of the open notebooks.'
);
