import type { TranslationBundle } from '@jupyterlab/translation';
import * as React from 'react';
import type { Preview } from '../preview';
import { lookHarderLabel, suggestionSentences } from '../sentences';
import { Actions, Button } from './actions';
import { Rows } from './rows';

export interface ISuggestionProps {
  preview: Preview;
  trans: TranslationBundle;
  onApply: (which: 'ticked' | 'all') => void;
  onUndo: () => void;
  onDiscard: () => void;
  onLookHarder: () => void;
}

/** The list of moves with what can be done about them. */
export function Suggestion(props: ISuggestionProps): React.JSX.Element {
  const { preview, trans } = props;
  const { open, rows } = preview;
  return (
    <>
      <div className="jp-CellOrder-header">
        {suggestionSentences(preview, trans).map(({ text, tone }) => (
          <p key={text} data-tone={tone}>
            {text}
          </p>
        ))}
        <Actions {...props} place="panel" />
        {open > 1 && <TickAll preview={preview} trans={trans} />}
      </div>
      {rows.length > 0 && (
        <Rows
          preview={preview}
          trans={trans}
          onApplyTicked={() => props.onApply('ticked')}
        />
      )}
      {preview.canLookHarder && (
        <div className="jp-CellOrder-harder">
          <Button label={lookHarderLabel(trans)} onClick={props.onLookHarder} />
        </div>
      )}
    </>
  );
}

/** One box that ticks all moves or none. */
function TickAll(props: {
  preview: Preview;
  trans: TranslationBundle;
}): React.JSX.Element {
  const { preview, trans } = props;
  const { open, ticked } = preview;
  const box = React.useRef<HTMLInputElement>(null);
  React.useEffect(() => {
    if (box.current) {
      box.current.indeterminate = ticked > 0 && ticked < open;
    }
  });
  return (
    <label className="jp-CellOrder-tickAll">
      <input
        ref={box}
        type="checkbox"
        checked={ticked === open}
        onChange={() => preview.tickAll(ticked < open)}
      />
      {trans.__('%1 of %2 ticked', ticked, open)}
    </label>
  );
}
