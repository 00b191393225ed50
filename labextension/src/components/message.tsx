import type { TranslationBundle } from '@jupyterlab/translation';
import * as React from 'react';
import type { State } from '../state';

/** A sentence with, below it, the server's own words and what can be done. */
export function Message(props: {
  kind: 'idle' | 'notice' | 'error';
  text: string;
  detail?: string | null;
  action?: string;
  onAction?: () => void;
}): React.JSX.Element {
  return (
    <div
      className="jp-CellOrder-message"
      data-kind={props.kind}
      role={props.kind === 'error' ? 'alert' : 'status'}
    >
      <p>{props.text}</p>
      {props.detail && <p className="jp-CellOrder-advice">{props.detail}</p>}
      {props.action && (
        <div className="jp-CellOrder-actions">
          <button
            type="button"
            className="jp-CellOrder-button jp-mod-main"
            onClick={props.onAction}
          >
            {props.action}
          </button>
        </div>
      )}
    </div>
  );
}

/** What to say when there is no move to show. */
export function noticeText(
  notice: Extract<State, { kind: 'notice' }>['notice'],
  trans: TranslationBundle
): string {
  switch (notice) {
    case 'in-order':
      return trans.__('Every markdown cell seems to stand in its place.');
    case 'no-cells':
      return trans.__('This notebook has no cells yet.');
    case 'no-markdown':
      return trans.__('There is no markdown cell to place.');
    case 'no-code':
      return trans.__(
        'There is no code in this notebook, so there is nothing to place the markdown by.'
      );
    case 'read-only':
      return trans.__(
        'This notebook is read-only, so its cells cannot be moved. Save a copy and ask there.'
      );
    case 'nothing-selected':
      return trans.__(
        'No markdown cell is selected. Select the markdown cells to place, then ask again.'
      );
  }
}
