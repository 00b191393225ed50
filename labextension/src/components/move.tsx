import type { TranslationBundle } from '@jupyterlab/translation';
import * as React from 'react';
import type { IMoveState, IPlace } from '../state';

export interface IMoveProps {
  move: IMoveState;
  trans: TranslationBundle;
  onApply: () => void;
  onReveal: () => void;
  onPoint: (on: boolean) => void;
}

/** One proposed move: what, from where, to where, how sure. */
export function Move(props: IMoveProps): React.JSX.Element {
  const { move, trans, onPoint } = props;
  const title = move.snippet || trans.__('(a cell without words)');
  // Never 100: no suggestion is certain.
  const percent = Math.min(99, Math.round(100 * move.confidence));
  return (
    <li
      className="jp-CellOrder-move"
      data-cell-id={move.cell}
      data-status={move.status}
      onMouseEnter={() => onPoint(true)}
      onMouseLeave={() => onPoint(false)}
      onFocus={() => onPoint(true)}
      onBlur={() => onPoint(false)}
    >
      <button
        type="button"
        className="jp-CellOrder-title"
        title={trans.__('Scroll to this cell')}
        onClick={props.onReveal}
      >
        {title}
      </button>
      <dl className="jp-CellOrder-places">
        <dt>{trans.__('from')}</dt>
        <dd>
          <PlaceText place={move.from} trans={trans} />
        </dd>
        <dt>{trans.__('to')}</dt>
        <dd>
          <PlaceText place={move.to} trans={trans} />
        </dd>
      </dl>
      <div className="jp-CellOrder-row">
        <div
          className="jp-CellOrder-meter"
          role="meter"
          aria-label={trans.__('How sure')}
          aria-valuemin={0}
          aria-valuemax={100}
          aria-valuenow={percent}
          title={trans.__('%1 % sure', percent)}
        >
          <div style={{ width: `${percent}%` }} />
        </div>
        <span className="jp-CellOrder-percent" aria-hidden="true">
          {trans.__('%1 %', percent)}
        </span>
        {move.status === 'open' ? (
          <button
            type="button"
            className="jp-CellOrder-button"
            aria-label={trans.__('Apply the move of %1', title)}
            onClick={props.onApply}
          >
            {trans.__('Apply')}
          </button>
        ) : (
          <span className="jp-CellOrder-status">
            {statusText(move.status, trans)}
          </span>
        )}
      </div>
    </li>
  );
}

function PlaceText(props: {
  place: IPlace;
  trans: TranslationBundle;
}): React.JSX.Element {
  const { trans } = props;
  const previous = props.place.after;
  if (previous === null) {
    return <>{trans.__('at the top')}</>;
  }
  const words = previous.snippet || trans.__('(an empty cell)');
  return (
    <>
      {trans.__('after')}{' '}
      {previous.type === 'code' ? (
        <code>
          [{previous.executionCount ?? ' '}] {words}
        </code>
      ) : (
        <q>{words}</q>
      )}
    </>
  );
}

function statusText(
  status: Exclude<IMoveState['status'], 'open'>,
  trans: TranslationBundle
): string {
  switch (status) {
    case 'applied':
      return trans.__('Applied');
    case 'deleted':
      return trans.__('Skipped: deleted meanwhile');
    case 'edited':
      return trans.__('Skipped: edited meanwhile');
    case 'moved':
      return trans.__('Skipped: moved meanwhile');
    case 'pinned':
      return trans.__('Skipped: may not be moved');
  }
}
