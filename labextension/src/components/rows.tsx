import type { TranslationBundle } from '@jupyterlab/translation';
import * as React from 'react';
import { afterPaint } from '../afterPaint';
import type { IRow } from '../groups';
import type { Preview } from '../preview';
import { Row } from './row';

export interface IRowsProps {
  preview: Preview;
  trans: TranslationBundle;
  onApplyTicked: () => void;
}

/** The moves as a list that the arrow keys walk, in which Space ticks and Enter scrolls. */
export function Rows(props: IRowsProps): React.JSX.Element {
  const { preview, trans } = props;
  const { rows } = preview;
  const node = React.useRef<HTMLUListElement>(null);
  const [current, setCurrent] = React.useState<string | null>(null);
  const index = Math.max(
    0,
    rows.findIndex(row => row.key === current)
  );

  // The same functions with every drawing, so that only the rows that changed are drawn.
  const focused = React.useCallback(
    (row: IRow) => {
      setCurrent(row.key);
      preview.point(row.key);
    },
    [preview]
  );
  const pointed = React.useCallback(
    (row: IRow | null) => {
      const { activeElement } = document;
      const focus = node.current?.contains(activeElement)
        ? (activeElement as HTMLElement).dataset.cellId
        : undefined;
      preview.point(row?.key ?? focus ?? null);
    },
    [preview]
  );
  const reveal = React.useCallback(
    (row: IRow) => afterPaint(() => preview.reveal(row)),
    [preview]
  );
  const tick = React.useCallback(
    (row: IRow) => preview.tick(row, !row.ticked),
    [preview]
  );

  const goTo = (target: number) => {
    const row = node.current?.children[
      Math.min(Math.max(target, 0), rows.length - 1)
    ] as HTMLElement | undefined;
    row?.focus();
  };
  const onKeyDown = (event: React.KeyboardEvent) => {
    const row = rows[index];
    const command = event.ctrlKey || event.metaKey;
    if (event.altKey || event.shiftKey || row === undefined) {
      return;
    }
    const keys: Record<string, (() => void) | undefined> = command
      ? {
          Enter: props.onApplyTicked,
          a: () => preview.tickAll(preview.ticked < preview.open)
        }
      : {
          ArrowDown: () => goTo(index + 1),
          ArrowUp: () => goTo(index - 1),
          Home: () => goTo(0),
          End: () => goTo(rows.length - 1),
          Enter: () => reveal(row),
          ' ': () => tick(row)
        };
    const act = keys[event.key];
    if (act !== undefined) {
      event.preventDefault();
      event.stopPropagation();
      act();
    }
  };

  return (
    <ul
      ref={node}
      className="jp-CellOrder-moves"
      role="listbox"
      aria-multiselectable="true"
      aria-label={trans.__('Moves')}
      onKeyDown={onKeyDown}
      onBlur={event => {
        if (!event.currentTarget.contains(event.relatedTarget)) {
          preview.point(null);
        }
      }}
    >
      {rows.map((row, place) => (
        <Row
          key={row.key}
          row={row}
          trans={trans}
          reachable={place === index}
          onFocus={focused}
          onPoint={pointed}
          onReveal={reveal}
          onTick={tick}
        />
      ))}
    </ul>
  );
}
