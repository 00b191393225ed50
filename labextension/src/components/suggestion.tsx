import type { TranslationBundle } from '@jupyterlab/translation';
import * as React from 'react';
import type { IMoveState, ISuggestionState } from '../state';
import { Move } from './move';

export interface ISuggestionProps {
  state: ISuggestionState;
  trans: TranslationBundle;
  onApply: (cells?: string[]) => void;
  onUndo: () => void;
  onDiscard: () => void;
  onReveal: (cell: string) => void;
  onPoint: (move: IMoveState | null) => void;
}

/** The list of moves with what can be done about them. */
export function Suggestion(props: ISuggestionProps): React.JSX.Element {
  const { state, trans } = props;
  const { moves, undoable } = state;
  const open = moves.filter(move => move.status === 'open').length;
  const skipped = moves.filter(
    move => move.status !== 'open' && move.status !== 'applied'
  );
  return (
    <>
      <div className="jp-CellOrder-header">
        <div role="status" aria-live="polite">
          {undoable > 0 && (
            <p className="jp-CellOrder-done">
              {trans._n('%1 move applied.', '%1 moves applied.', undoable)}
            </p>
          )}
          {open > 0 && (
            <p>
              {undoable > 0
                ? trans._n('%1 move left.', '%1 moves left.', open)
                : trans._n(
                    '%1 cell seems to stand in the wrong place.',
                    '%1 cells seem to stand in the wrong place.',
                    open
                  )}
            </p>
          )}
          {skipped.length > 0 && (
            <p>
              {trans._n(
                '%1 move was left out: the cell was changed after you asked.',
                '%1 moves were left out: the cells were changed after you asked.',
                skipped.length
              )}
            </p>
          )}
          {state.collaborative && open > 0 && (
            <p className="jp-CellOrder-advice">
              {trans.__(
                'Others may be editing this notebook: let only one person apply the moves.'
              )}
            </p>
          )}
          {state.keptChanges && (
            <p className="jp-CellOrder-done">
              {trans.__(
                'The cells are back in their places; what you changed since was kept.'
              )}
            </p>
          )}
        </div>
        <div className="jp-CellOrder-actions">
          {open > 0 && (
            <button
              type="button"
              className="jp-CellOrder-button jp-mod-main"
              onClick={() => props.onApply()}
            >
              {trans.__('Apply all')}
            </button>
          )}
          {undoable > 0 && (
            <button
              type="button"
              className="jp-CellOrder-button"
              onClick={props.onUndo}
            >
              {trans.__('Undo')}
            </button>
          )}
          <button
            type="button"
            className="jp-CellOrder-button"
            onClick={props.onDiscard}
          >
            {open > 0 ? trans.__('Discard') : trans.__('Done')}
          </button>
        </div>
      </div>
      <ol className="jp-CellOrder-moves" aria-label={trans.__('Moves')}>
        {moves.map(move => (
          <Move
            key={move.cell}
            move={move}
            trans={trans}
            onApply={() => props.onApply([move.cell])}
            onReveal={() => props.onReveal(move.cell)}
            onPoint={on => props.onPoint(on ? move : null)}
          />
        ))}
      </ol>
    </>
  );
}
