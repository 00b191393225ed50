import { nullTranslator } from '@jupyterlab/translation';
import * as React from 'react';
import { renderToStaticMarkup } from 'react-dom/server';
import { noticeText } from '../components/message';
import { Suggestion } from '../components/suggestion';
import type { IMoveState, ISuggestionState } from '../state';

const trans = nullTranslator.load('');

const LOAD = {
  cell: 'c1',
  type: 'code' as const,
  snippet: 'df = load()',
  executionCount: 3
};

const MOVE: IMoveState = {
  cell: 'm1',
  snippet: 'Load <the> data',
  from: { index: 0, after: null, codeBefore: null, codeAfter: LOAD },
  to: { index: 2, after: LOAD, codeBefore: LOAD, codeAfter: null },
  confidence: 0.934,
  status: 'open',
  ticked: true
};

function shown(state: Partial<ISuggestionState>): HTMLElement {
  const node = document.createElement('div');
  node.innerHTML = renderToStaticMarkup(
    <Suggestion
      state={{
        kind: 'suggestion',
        moves: [MOVE],
        undoable: 0,
        keptChanges: false,
        collaborative: false,
        ...state
      }}
      trans={trans}
      onApply={() => undefined}
      onUndo={() => undefined}
      onDiscard={() => undefined}
      onReveal={() => undefined}
      onPoint={() => undefined}
    />
  );
  return node;
}

const buttons = (node: HTMLElement) =>
  Array.from(node.querySelectorAll('button'), button => button.textContent);

it('tells a move: what, from where, to where, how sure', () => {
  const node = shown({});
  expect(node.querySelector('li button')?.textContent).toBe('Load <the> data');
  expect(
    Array.from(node.querySelectorAll('dd'), place => place.textContent)
  ).toEqual(['at the top', 'after [3] df = load()']);
  const meter = node.querySelector('[role=meter]');
  expect(meter?.getAttribute('aria-valuenow')).toBe('93');
  expect(node.textContent).toContain('93 %');
  expect(buttons(node)).toEqual([
    'Apply all',
    'Discard',
    'Load <the> data',
    'Apply'
  ]);
});

it('never says that it is certain', () => {
  const node = shown({ moves: [{ ...MOVE, confidence: 1 }] });
  expect(node.textContent).toContain('99 %');
});

it('offers to undo what was applied', () => {
  const node = shown({
    moves: [
      { ...MOVE, status: 'applied' },
      { ...MOVE, cell: 'm2', status: 'applied' },
      { ...MOVE, cell: 'm3', status: 'edited' }
    ],
    undoable: 2
  });
  expect(node.querySelector('[role=status]')?.textContent).toContain(
    '2 moves applied.'
  );
  expect(node.textContent).toContain('1 move was left out');
  expect(node.textContent).toContain('Skipped: edited meanwhile');
  expect(buttons(node)).not.toContain('Apply all');
  expect(buttons(node).slice(0, 2)).toEqual(['Undo', 'Done']);
});

it('warns where others may be editing the notebook', () => {
  expect(shown({}).textContent).not.toContain('Others may be editing');
  expect(shown({ collaborative: true }).textContent).toContain(
    'let only one person apply the moves'
  );
});

it('names every button for those who do not see the list', () => {
  const apply = shown({}).querySelector('.jp-CellOrder-row button');
  expect(apply?.getAttribute('aria-label')).toBe(
    'Apply the move of Load <the> data'
  );
});

it.each([
  ['in-order', /seems to stand in its place/],
  ['no-cells', /no cells/],
  ['no-markdown', /no markdown/],
  ['no-code', /no code/],
  ['read-only', /Save a copy/],
  ['nothing-selected', /Select the markdown cells/]
] as const)('has a sentence for %s', (notice, sentence) => {
  expect(noticeText(notice, trans)).toMatch(sentence);
});
