import type { Action, CellOrderError } from './errors';
import type { SkipReason } from './order';
import type { Notice } from './tokens';

/** A cell that tells a place. */
export interface INeighbour {
  readonly cell: string;
  readonly type: 'code' | 'markdown' | 'raw';
  readonly snippet: string;
  /** The number in brackets beside a code cell. */
  readonly executionCount: number | null;
}

/** A place between two cells. */
export interface IPlace {
  /** How many cells stood before it in the notebook when it was asked for; 0 is the top. */
  readonly index: number;
  /**
   * The cell right before it; null at the top. A target follows the nearest cell that is not itself still to
   * be moved, so this is where applying the move alone puts the cell.
   */
  readonly after: INeighbour | null;
  /** The nearest code cell before it. */
  readonly codeBefore: INeighbour | null;
  /** The nearest code cell after it. */
  readonly codeAfter: INeighbour | null;
}

export interface IMoveState {
  readonly cell: string;
  readonly snippet: string;
  /** 1..6 where the cell begins with a heading, else null. */
  readonly level: number | null;
  readonly from: IPlace;
  readonly to: IPlace;
  /** Between 0 and 1. */
  readonly confidence: number;
  readonly status: 'open' | 'applied' | SkipReason;
  /** Whether the author wants this move made; counts while it is open. */
  readonly ticked: boolean;
}

export interface ISuggestionState {
  readonly kind: 'suggestion';
  /** In the reading order of the suggestion. */
  readonly moves: readonly IMoveState[];
  /** How many moves the latest step made; 0 when there is none to undo. */
  readonly undoable: number;
  /** Whether moves were just taken back around changes made after them. */
  readonly keptChanges: boolean;
}

export interface IThinkingState {
  readonly kind: 'thinking';
  readonly cells: number;
  /** Whether the server is loading its model first. */
  readonly warming: boolean;
  /** When it was asked: milliseconds of `performance.now()`. */
  readonly since: number;
}

export interface INoticeState {
  readonly kind: 'notice';
  readonly notice: Notice | 'read-only' | 'nothing-selected';
  readonly action: Action;
  /** How many moves the latest step made, before it was asked again; 0 when there is none to undo. */
  readonly undoable: number;
}

/** What the panel shows of one notebook. */
export type State =
  | { readonly kind: 'idle' }
  | IThinkingState
  | INoticeState
  | { readonly kind: 'error'; readonly error: CellOrderError }
  | ISuggestionState;
