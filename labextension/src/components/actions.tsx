import type { TranslationBundle } from '@jupyterlab/translation';
import * as React from 'react';
import type { Preview } from '../preview';

export interface IActionsProps {
  preview: Preview;
  trans: TranslationBundle;
  /** In the banner the button of the ticked moves shows only where it differs from that of all. */
  place: 'panel' | 'banner';
  onApply: (which: 'ticked' | 'all') => void;
  onUndo: () => void;
  onDiscard: () => void;
  /** Opens the list of moves; left out where the list is. */
  onReview?: () => void;
}

/** What can be done about a suggestion as a whole: the same in the panel and in the banner. */
export function Actions(props: IActionsProps): React.JSX.Element {
  const { preview, trans } = props;
  const { open, ticked, undoable } = preview;
  const busy = preview.moving > 0;
  const node = React.useRef<HTMLDivElement>(null);
  const pressed = React.useRef(false);
  // The button that was pressed may be gone: its successor gets the focus, so that the keyboard stays here.
  React.useEffect(() => {
    if (pressed.current && !busy) {
      pressed.current = false;
      const name = undoable > 0 ? 'undo' : 'main';
      node.current
        ?.querySelector<HTMLButtonElement>(`[data-action=${name}]`)
        ?.focus();
    }
  }, [busy, open, undoable]);
  const press = (act: () => void) => () => {
    pressed.current = true;
    act();
  };
  const some = props.place === 'panel' || (ticked > 0 && ticked < open);
  return (
    <div ref={node} className="jp-CellOrder-actions" data-place={props.place}>
      {undoable > 0 && (
        <Button
          label={trans.__('Undo')}
          action="undo"
          disabled={busy}
          onClick={press(props.onUndo)}
        />
      )}
      {open > 0 && (some || open > 1) && (
        <Button
          label={trans.__('Apply ticked (%1)', ticked)}
          action={some ? 'main' : 'ticked'}
          main
          // It keeps its room, so that ticking shifts nothing: JupyterLab would lay out the whole notebook anew.
          hidden={!some}
          disabled={busy || ticked === 0}
          onClick={press(() => props.onApply('ticked'))}
        />
      )}
      {open > 0 && (
        <Button
          label={trans.__('Apply all')}
          action={some ? 'all' : 'main'}
          main={!some}
          disabled={busy}
          onClick={press(() => props.onApply('all'))}
        />
      )}
      {props.onReview && open > 0 && (
        <Button
          label={trans.__('Review list')}
          action="review"
          onClick={props.onReview}
        />
      )}
      <Button
        label={open > 0 ? trans.__('Discard') : trans.__('Done')}
        action="discard"
        disabled={busy}
        onClick={props.onDiscard}
      />
    </div>
  );
}

/** A button as everything of this extension has it. */
export function Button(props: {
  label: string;
  action?: string;
  main?: boolean;
  hidden?: boolean;
  disabled?: boolean;
  onClick?: () => void;
}): React.JSX.Element {
  return (
    <button
      type="button"
      className={`jp-CellOrder-button${props.main ? ' jp-mod-main' : ''}`}
      data-action={props.action}
      data-held={props.hidden ? '' : undefined}
      style={props.hidden ? { visibility: 'hidden' } : undefined}
      disabled={props.disabled}
      onClick={props.onClick}
    >
      {props.label}
    </button>
  );
}
