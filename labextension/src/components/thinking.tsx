import type { TranslationBundle } from '@jupyterlab/translation';
import * as React from 'react';

/** What is going on while the server works, with a way out. */
export function Thinking(props: {
  cells: number;
  warming: boolean;
  trans: TranslationBundle;
  onCancel: () => void;
}): React.JSX.Element {
  const { cells, warming, trans } = props;
  return (
    <div className="jp-CellOrder-message" data-kind="thinking">
      <p role="status">
        {trans._n('Reading %1 cell…', 'Reading %1 cells…', cells)}
      </p>
      <progress
        className="jp-CellOrder-progress"
        aria-label={trans.__('Suggesting an order')}
      />
      {warming && (
        <p className="jp-CellOrder-advice">
          {trans.__(
            'The model is being loaded: the first suggestion takes a few seconds longer.'
          )}
        </p>
      )}
      <div className="jp-CellOrder-actions">
        <button
          type="button"
          className="jp-CellOrder-button"
          onClick={props.onCancel}
        >
          {trans.__('Cancel')}
        </button>
      </div>
    </div>
  );
}
