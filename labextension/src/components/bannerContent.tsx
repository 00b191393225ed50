import type { TranslationBundle } from '@jupyterlab/translation';
import * as React from 'react';
import { actionLabel, type Action } from '../errors';
import { orderIcon } from '../icon';
import type { Preview } from '../preview';
import { lookHarderLabel, spoken } from '../sentences';
import type { State } from '../state';
import { Actions, Button } from './actions';

export interface IBannerContentProps {
  preview: Preview;
  trans: TranslationBundle;
  onApply: (which: 'ticked' | 'all') => void;
  onAct: (action: Action) => void;
  onCancel: () => void;
  onUndo: () => void;
  onDiscard: () => void;
  onReview: () => void;
  onLookHarder: () => void;
}

/** What the banner says and offers: the panel in one line. */
export function BannerContent(props: IBannerContentProps): React.JSX.Element {
  const { preview, trans } = props;
  const text = spoken(preview, trans);
  const again = useRepeats(preview.state, text);
  return (
    <div className="jp-CellOrder-bannerContent">
      <orderIcon.react
        tag="span"
        className="jp-CellOrder-bannerIcon"
        aria-hidden="true"
      />
      <span
        key={again}
        className="jp-CellOrder-bannerText"
        data-again={again > 0 ? again : undefined}
      >
        {text}
      </span>
      <BannerActions {...props} />
    </div>
  );
}

/** How often in a row a question was answered with the same sentence: that it was answered should be seen. */
function useRepeats(state: State, text: string): number {
  const [last, setLast] = React.useState({ state, text, repeats: 0 });
  if (state === last.state) {
    return last.repeats;
  }
  const isAnswer = state.kind === 'notice' || state.kind === 'error';
  const repeats = isAnswer && text === last.text ? last.repeats + 1 : 0;
  setLast({ state, text, repeats });
  return repeats;
}

function BannerActions(props: IBannerContentProps): React.JSX.Element {
  const { preview, trans } = props;
  const { state } = preview;
  if (state.kind === 'suggestion') {
    return <Actions {...props} place="banner" />;
  }
  return (
    <div className="jp-CellOrder-actions">
      {(state.kind === 'error' ||
        (state.kind === 'notice' && state.action !== 'try-again')) && (
        <Button
          label={actionLabel(
            state.kind === 'error' ? state.error.action : state.action,
            trans
          )}
          onClick={() =>
            props.onAct(
              state.kind === 'error' ? state.error.action : state.action
            )
          }
        />
      )}
      {preview.undoable > 0 && (
        <Button label={trans.__('Undo')} action="undo" onClick={props.onUndo} />
      )}
      {preview.canLookHarder && (
        <Button label={lookHarderLabel(trans)} onClick={props.onLookHarder} />
      )}
      {state.kind === 'thinking' ? (
        <Button label={trans.__('Cancel')} onClick={props.onCancel} />
      ) : (
        <Button label={trans.__('Close')} onClick={props.onDiscard} />
      )}
    </div>
  );
}
