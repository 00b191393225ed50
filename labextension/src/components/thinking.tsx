import type { TranslationBundle } from '@jupyterlab/translation';
import * as React from 'react';
import { thinkingSentence } from '../sentences';
import type { IThinkingState } from '../state';
import { Button } from './actions';

/** What is going on while the server works, with a way out. */
export function Thinking(props: {
  state: IThinkingState;
  trans: TranslationBundle;
  onCancel: () => void;
}): React.JSX.Element {
  const { state, trans } = props;
  return (
    <div className="jp-CellOrder-message" data-kind="thinking">
      <p>{thinkingSentence(state, trans)}</p>
      <progress
        className="jp-CellOrder-progress"
        aria-label={trans.__('Suggesting an order')}
      />
      {state.warming && (
        <p data-tone="advice">
          {trans.__(
            'The model is being loaded: the first suggestion takes a few seconds longer.'
          )}
        </p>
      )}
      <div className="jp-CellOrder-actions">
        <Button label={trans.__('Cancel')} onClick={props.onCancel} />
      </div>
    </div>
  );
}
