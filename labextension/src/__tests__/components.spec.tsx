import { nullTranslator } from '@jupyterlab/translation';
import * as React from 'react';
import { createRoot, type Root } from 'react-dom/client';
import { afterPaint } from '../afterPaint';
import { BannerContent } from '../components/bannerContent';
import { Suggestion } from '../components/suggestion';
import type { CellOrderModel } from '../model';
import { Preferences } from '../preferences';
import { Preview } from '../preview';
import { noticeSentence } from '../sentences';
import type { IMoveState, ISuggestionState } from '../state';
import { moveOf, neighbours } from './moves';

const { act } = React;
const trans = nullTranslator.load('');

Object.assign(globalThis, { IS_REACT_ACT_ENVIRONMENT: true });

const MOVES = [moveOf('m1'), moveOf('m2'), moveOf('m3')];

let root: Root;
let node: HTMLElement;
let ticks: [readonly string[], boolean][];
let revealed: string[];
let done: string[];

beforeEach(() => {
  node = document.createElement('div');
  document.body.append(node);
  root = createRoot(node);
  ticks = [];
  revealed = [];
  done = [];
});

afterEach(() => {
  act(() => root.unmount());
  node.remove();
});

/** A preview of a suggestion as it stands; what is done to it is only noted. */
function previewOf(state: object): Preview {
  const model = {
    state: {
      kind: 'suggestion',
      moves: MOVES,
      undoable: 0,
      keptChanges: false,
      ...state
    },
    stateChanged: { connect: () => true },
    tick: (ids: readonly string[], on: boolean) => ticks.push([ids, on]),
    reveal: (id: string) => revealed.push(id)
  };
  return new Preview(model as unknown as CellOrderModel, new Preferences());
}

const handlers = {
  onApply: (which: string) => done.push(`apply ${which}`),
  onUndo: () => done.push('undo'),
  onDiscard: () => done.push('discard'),
  onAct: () => done.push('act'),
  onCancel: () => done.push('cancel'),
  onLookHarder: () => done.push('look harder')
};

function show(state: Partial<ISuggestionState>): Preview {
  const preview = previewOf(state);
  act(() =>
    root.render(<Suggestion preview={preview} trans={trans} {...handlers} />)
  );
  return preview;
}

function showBanner(state: object): void {
  const preview = previewOf(state);
  act(() =>
    root.render(
      <BannerContent
        preview={preview}
        trans={trans}
        {...handlers}
        onReview={() => done.push('review')}
      />
    )
  );
}

const buttons = () =>
  Array.from(node.querySelectorAll('button'))
    .filter(button => button.style.visibility !== 'hidden')
    .map(button => button.textContent);
const rows = () => Array.from(node.querySelectorAll<HTMLElement>('li'));
const press = (key: string, init: KeyboardEventInit = {}) =>
  act(() => {
    document.activeElement?.dispatchEvent(
      new KeyboardEvent('keydown', { key, bubbles: true, ...init })
    );
  });
const release = () => window.dispatchEvent(new KeyboardEvent('keyup'));
const painted = () => new Promise<void>(resolve => afterPaint(resolve));
const applied = (move: IMoveState): IMoveState => ({
  ...move,
  status: 'applied'
});

describe('the list', () => {
  it('tells a move: what, from where, to where, how sure', () => {
    show({
      moves: [moveOf('m1', { snippet: 'Load <the> data', confidence: 0.934 })]
    });
    const [row] = rows();
    expect(row.querySelector('.jp-CellOrder-title')?.textContent).toBe(
      'Load <the> data'
    );
    expect(
      Array.from(
        row.querySelectorAll('.jp-CellOrder-place'),
        place => place.textContent
      )
    ).toEqual(['from after [3]\u00a0c3 = 1', '→ before [1]\u00a0c1 = 1']);
    expect(row.textContent).toContain('very likely');
    expect(
      row.querySelector<HTMLElement>('.jp-CellOrder-meter > span')?.style.width
    ).toBe('93%');
    expect(buttons()).toEqual([
      'Apply ticked (1)',
      'Apply all',
      'Discard',
      'Show doubtful ones too'
    ]);
  });

  it('says all of it to those who do not see it', () => {
    show({});
    expect(rows()[0].getAttribute('aria-label')).toBe(
      'Words of m1, from after [3]\u00a0c3 = 1 to before [1]\u00a0c1 = 1, likely'
    );
  });

  it('shows a section that moves as one row, ticked as one', async () => {
    show({ moves: neighbours(['h', { level: 2 }], ['m1'], ['m2']) });
    expect(rows()).toHaveLength(1);
    expect(rows()[0].textContent).toContain('and 2 cells under it');
    act(() => node.querySelector<HTMLElement>('.jp-CellOrder-tick')?.click());
    await painted();
    expect(ticks).toEqual([[['h', 'm1', 'm2'], false]]);
    expect(revealed).toEqual([]);
  });

  it('is walked with the arrow keys, Home and End', () => {
    const preview = show({});
    const at = () => document.activeElement?.getAttribute('data-cell-id');
    act(() => rows()[0].focus());
    press('ArrowDown');
    expect(at()).toBe('m2');
    expect(preview.pointed).toBe('m2');
    press('End');
    expect(at()).toBe('m3');
    press('ArrowDown');
    expect(at()).toBe('m3');
    press('Home');
    press('ArrowUp');
    expect(at()).toBe('m1');
    expect(rows().map(row => row.tabIndex)).toEqual([0, -1, -1]);
  });

  it('ticks with Space, scrolls with Enter, applies with Control and Enter', async () => {
    show({});
    act(() => rows()[1].focus());
    press(' ');
    expect(ticks).toEqual([[['m2'], false]]);
    press('Enter');
    // Not while the key is down: to scroll far takes longer than its release may.
    await new Promise(resolve => setTimeout(resolve, 150));
    expect(revealed).toEqual([]);
    release();
    await painted();
    expect(revealed).toEqual(['m2']);
    press('Enter', { ctrlKey: true });
    expect(done).toEqual(['apply ticked']);
    press('a', { ctrlKey: true });
    expect(ticks[1]).toEqual([['m1', 'm2', 'm3'], false]);
  });

  it('scrolls too where the key is held down', async () => {
    show({});
    act(() => rows()[0].focus());
    press('Enter');
    await painted();
    expect(revealed).toEqual(['m1']);
  });

  it('leaves keys alone that are not its own', async () => {
    show({});
    act(() => rows()[0].focus());
    press('Enter', { shiftKey: true });
    press('x');
    release();
    await painted();
    expect([done, revealed, ticks]).toEqual([[], [], []]);
  });

  it('marks the row under the pointer, and the one in focus again after it', () => {
    const preview = show({});
    const move = (type: string, row: HTMLElement) =>
      act(() => {
        row.dispatchEvent(new MouseEvent(type, { bubbles: true }));
      });
    act(() => rows()[0].focus());
    move('mouseover', rows()[2]);
    expect(preview.pointed).toBe('m3');
    move('mouseout', rows()[2]);
    expect(preview.pointed).toBe('m1');
    act(() => rows()[0].blur());
    expect(preview.pointed).toBeNull();
  });

  it('has one box for all', () => {
    show({ moves: [MOVES[0], { ...MOVES[1], ticked: false }] });
    const box = node.querySelector<HTMLInputElement>('input');
    expect(box?.indeterminate).toBe(true);
    expect(node.textContent).toContain('1 of 2 ticked');
    act(() => box?.click());
    expect(ticks).toEqual([[['m1', 'm2'], true]]);
  });

  it('applies nothing while nothing is ticked', () => {
    show({ moves: MOVES.map(move => ({ ...move, ticked: false })) });
    const button = node.querySelector<HTMLButtonElement>('[data-action=main]');
    expect(button?.textContent).toBe('Apply ticked (0)');
    expect(button?.disabled).toBe(true);
  });

  it('offers to undo what was applied', () => {
    show({
      moves: [
        applied(MOVES[0]),
        applied(MOVES[1]),
        { ...MOVES[2], status: 'edited' }
      ],
      undoable: 2
    });
    expect(node.textContent).toContain('2 moves applied.');
    expect(node.textContent).toContain('1 move was left out');
    expect(node.textContent).toContain('Skipped: edited meanwhile');
    expect(buttons()).toEqual(['Undo', 'Done']);
  });

  it('hands the focus on when the button that was pressed is gone', () => {
    show({});
    const button = node.querySelector<HTMLButtonElement>('[data-action=main]');
    act(() => {
      button?.focus();
      button?.click();
    });
    show({ moves: MOVES.map(applied), undoable: 3 });
    expect(document.activeElement?.textContent).toBe('Undo');
  });

  it('offers nothing while many cells are moving, and keeps the keyboard', () => {
    const state = { ...show({}).state };
    const button = node.querySelector<HTMLButtonElement>('[data-action=main]');
    act(() => {
      button?.focus();
      button?.click();
    });
    const moving = previewOf(state as ISuggestionState);
    jest.spyOn(moving, 'moving', 'get').mockReturnValue(60);
    act(() =>
      root.render(<Suggestion preview={moving} trans={trans} {...handlers} />)
    );
    expect(node.textContent).toContain('Moving 60 cells…');
    const disabled = Array.from(
      node.querySelectorAll<HTMLButtonElement>('.jp-CellOrder-actions button'),
      ({ disabled }) => disabled
    );
    expect(disabled).toEqual([true, true, true]);
    show({ moves: MOVES.map(applied), undoable: 3 });
    expect(document.activeElement?.textContent).toBe('Undo');
  });

  it('offers doubtful moves too while nothing has been applied', () => {
    show({});
    expect(buttons()).toContain('Show doubtful ones too');
    const more = Array.from(node.querySelectorAll('button')).pop();
    act(() => more?.click());
    expect(done).toEqual(['look harder']);
    show({ moves: MOVES.map(applied), undoable: 3 });
    expect(buttons()).not.toContain('Show doubtful ones too');
  });
});

describe('the banner', () => {
  it('sums up and offers the same, and the list', () => {
    showBanner({});
    expect(node.textContent).toContain('3 cells seem to stand in the wrong');
    expect(buttons()).toEqual(['Apply all', 'Review list', 'Discard']);
  });

  it('tells what is ticked apart from all, once they differ', () => {
    showBanner({ moves: [MOVES[0], { ...MOVES[1], ticked: false }] });
    expect(buttons()).toEqual([
      'Apply ticked (1)',
      'Apply all',
      'Review list',
      'Discard'
    ]);
  });

  it('offers to undo', () => {
    showBanner({ moves: MOVES.map(applied), undoable: 3 });
    expect(node.textContent).toContain('3 moves applied.');
    expect(buttons()).toEqual(['Undo', 'Done']);
  });

  it('shows that it was answered again, where the answer is the same', () => {
    const notice = { kind: 'notice', action: 'try-again', undoable: 0 };
    const again = () =>
      node.querySelector<HTMLElement>('.jp-CellOrder-bannerText')?.dataset
        .again;
    showBanner({ ...notice, notice: 'no-code' });
    expect(again()).toBeUndefined();
    showBanner({ ...notice, notice: 'in-order' });
    expect(again()).toBeUndefined();
    showBanner({ ...notice, notice: 'in-order' });
    const first = node.querySelector('.jp-CellOrder-bannerText');
    expect(again()).toBe('1');
    showBanner({ ...notice, notice: 'in-order' });
    expect(again()).toBe('2');
    // Another node: what blinked before blinks again.
    expect(node.querySelector('.jp-CellOrder-bannerText')).not.toBe(first);
    showBanner({});
    showBanner({});
    expect(again()).toBeUndefined();
  });

  it('offers to undo what was applied before it was asked again', () => {
    showBanner({
      kind: 'notice',
      notice: 'in-order',
      action: 'try-again',
      undoable: 3
    });
    expect(buttons()).toEqual(['Undo', 'Show doubtful ones too', 'Close']);
  });
});

it.each([
  ['in-order', /seems to stand in its place/],
  ['no-cells', /no cells/],
  ['no-markdown', /no markdown/],
  ['no-code', /no code/],
  ['read-only', /Save a copy/],
  ['nothing-selected', /Select the markdown cells/]
] as const)('has a sentence for %s', (notice, sentence) => {
  expect(noticeSentence(notice, trans)).toMatch(sentence);
});
