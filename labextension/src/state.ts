import type { CellOrderError } from './errors';
import type { SkipReason } from './order';
import type { Notice } from './tokens';

/** A place in the notebook, told by the cell before it; `null` is the top. */
export type Place = {
  readonly cell: string;
  readonly type: 'code' | 'markdown' | 'raw';
  readonly snippet: string;
  /** The number in brackets beside a code cell. */
  readonly executionCount: number | null;
} | null;

export interface IMoveState {
  readonly cell: string;
  readonly snippet: string;
  readonly from: Place;
  readonly to: Place;
  /** Between 0 and 1. */
  readonly confidence: number;
  readonly status: 'open' | 'applied' | SkipReason;
}

export interface ISuggestionState {
  readonly kind: 'suggestion';
  /** In the reading order of the suggestion. */
  readonly moves: readonly IMoveState[];
  /** How many moves the latest step made; 0 when there is none to undo. */
  readonly undoable: number;
  /** Whether moves were just taken back around changes made after them. */
  readonly keptChanges: boolean;
  /** Whether others may be editing the notebook at the same time. */
  readonly collaborative: boolean;
}

/** What the panel shows of one notebook. */
export type State =
  | { readonly kind: 'idle' }
  | {
      readonly kind: 'thinking';
      readonly cells: number;
      /** Whether the server is loading its model first. */
      readonly warming: boolean;
    }
  | {
      readonly kind: 'notice';
      readonly notice: Notice | 'read-only' | 'nothing-selected';
    }
  | { readonly kind: 'error'; readonly error: CellOrderError }
  | ISuggestionState;
