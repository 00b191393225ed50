import type { TranslationBundle } from '@jupyterlab/translation';
import * as React from 'react';
import { confidencePercent, confidenceWord } from '../confidence';
import type { IRow } from '../groups';
import { cellWords, placeWords, type IPlaceWords } from '../places';
import type { IMoveState } from '../state';

export interface IRowProps {
  row: IRow;
  trans: TranslationBundle;
  /** Whether Tab leads to this row. */
  reachable: boolean;
  onFocus: (row: IRow) => void;
  onPoint: (row: IRow | null) => void;
  onReveal: (row: IRow) => void;
  onTick: (row: IRow) => void;
}

function PlainRow(props: IRowProps): React.JSX.Element {
  const { row, trans, onFocus, onPoint, onReveal, onTick } = props;
  const title = row.title || trans.__('(a cell without words)');
  const under = row.cells.length - 1;
  const more =
    under > 0
      ? trans._n('and %1 cell under it', 'and %1 cells under it', under)
      : '';
  const { from, to } = placeWords(row.from, row.to, trans);
  const word = confidenceWord(row.confidence, trans);
  const percent = confidencePercent(row.confidence);
  const isOpen = row.status === 'open';
  const status = isOpen ? word : statusText(row.status, trans);
  const said = [
    [title, more].filter(Boolean).join(' '),
    trans.__('%1 to %2', placeText(from, trans), placeText(to, trans)),
    status
  ].join(', ');
  return (
    <li
      className="jp-CellOrder-move"
      role="option"
      aria-selected={isOpen ? row.ticked : undefined}
      aria-label={said}
      title={trans.__('Scroll to this cell; once more: to its new place')}
      tabIndex={props.reachable ? 0 : -1}
      data-cell-id={row.key}
      data-cells={row.cells.length}
      data-status={row.status}
      onClick={() => onReveal(row)}
      onFocus={() => onFocus(row)}
      onMouseEnter={() => onPoint(row)}
      onMouseLeave={() => onPoint(null)}
    >
      <span
        className="jp-CellOrder-tick"
        title={isOpen ? trans.__('Apply this move') : undefined}
        onClick={event => {
          event.stopPropagation();
          onTick(row);
        }}
      />
      <div className="jp-CellOrder-what">
        <div className="jp-CellOrder-title">{title}</div>
        {more && <div className="jp-CellOrder-more">{more}</div>}
        <Place place={from} trans={trans} />
        <Place place={to} arrow="→ " trans={trans} />
        {isOpen ? (
          <div
            className="jp-CellOrder-sure"
            title={trans.__('%1 % sure', percent)}
          >
            <span className="jp-CellOrder-meter">
              <span style={{ width: `${percent}%` }} />
            </span>
            {word}
          </div>
        ) : (
          <div className="jp-CellOrder-status">{status}</div>
        )}
      </div>
    </li>
  );
}

/** One move, or a heading with what moves along: what, from where, to where, how sure. */
export const Row = React.memo(PlainRow);

function Place(props: {
  place: IPlaceWords;
  arrow?: string;
  trans: TranslationBundle;
}): React.JSX.Element {
  const { arrow, place, trans } = props;
  const { words, cell } = place;
  const text = cell && cellWords(cell, trans);
  return (
    <div className="jp-CellOrder-place">
      {arrow}
      {words}{' '}
      {cell?.type === 'code' ? <code>{text}</code> : text && <q>{text}</q>}
    </div>
  );
}

function placeText(place: IPlaceWords, trans: TranslationBundle): string {
  return place.cell === null
    ? place.words
    : `${place.words} ${cellWords(place.cell, trans)}`;
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
