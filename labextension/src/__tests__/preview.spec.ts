import { nullTranslator } from '@jupyterlab/translation';
import { CellOrderModel } from '../model';
import { Preferences } from '../preferences';
import { Preview } from '../preview';
import { spoken } from '../sentences';
import type { ISuggestRequest } from '../tokens';
import { answerOf, idsOf, notebookOf } from './notebook';
import { apiOf, Host, Page } from './people';

const IDS = ['c1', 'c2', 'c3', 'm1', 'm2', 'm3'];
const ORDER = ['m1', 'c1', 'm2', 'c2', 'm3', 'c3'];
const MOVED = ['m1', 'm2', 'm3'];
const CONFIDENCES = [0.95, 0.6, 0.9];

const trans = nullTranslator.load('');
const requests: ISuggestRequest[] = [];

function previewOf(ids = IDS, order = ORDER, moved = MOVED) {
  const notebook = notebookOf(ids);
  const host = new Host(notebook);
  const answer = answerOf(ids, order, moved);
  answer.moves.forEach((move, place) => {
    move.confidence = CONFIDENCES[place % CONFIDENCES.length];
  });
  const preferences = new Preferences();
  const api = apiOf(answer, requests);
  const model = new CellOrderModel(host, api, new Page(), trans);
  const preview = new Preview(model, preferences);
  return { api, host, notebook, preferences, preview };
}

beforeEach(() => {
  requests.length = 0;
});

describe('how sure a move must be', () => {
  const asked = () => requests.map(request => request.eagerness);

  it('asks as the settings say, from the next question on', async () => {
    const { preferences, preview } = previewOf();
    await preview.ask('review', []);
    preferences.set({ eagerness: 'cautious' });
    expect(asked()).toEqual(['balanced']);
    await preview.ask('review', []);
    expect(asked()).toEqual(['balanced', 'cautious']);
  });

  it('looks harder when asked, until the next question', async () => {
    const { preview } = previewOf();
    await preview.ask('review', []);
    expect(preview.canLookHarder).toBe(true);
    await preview.lookHarder();
    expect(asked()).toEqual(['balanced', 'eager']);
    expect(preview.canLookHarder).toBe(false);
    await preview.ask('review', []);
    expect(asked()).toEqual(['balanced', 'eager', 'balanced']);
    expect(preview.canLookHarder).toBe(true);
  });

  it('cannot look harder once something was applied', async () => {
    const { preview } = previewOf();
    await preview.ask('review', []);
    await preview.applyAll();
    expect(preview.canLookHarder).toBe(false);
  });

  it('has nothing doubtful left out of what was asked for expressly', async () => {
    const { preview } = previewOf();
    await preview.ask('selected', MOVED);
    expect(preview.canLookHarder).toBe(false);
    await preview.ask('all', []);
    expect(preview.canLookHarder).toBe(false);
  });

  it('finds nothing to look for where the settings are eager already', async () => {
    const { preferences, preview } = previewOf();
    preferences.set({ eagerness: 'eager' });
    await preview.ask('review', []);
    expect(asked()).toEqual(['eager']);
    expect(preview.canLookHarder).toBe(false);
  });
});

it('keeps the order of the markdown where the settings say so, but not in a check', async () => {
  const { preferences, preview } = previewOf();
  preferences.set({ keepMarkdownOrder: true });
  await preview.ask('all', []);
  await preview.ask('review', []);
  expect(requests.map(request => request.keep_markdown_order)).toEqual([
    true,
    false
  ]);
});

it('applies what is ticked', async () => {
  const { notebook, preview } = previewOf();
  await preview.ask('review', []);
  preview.tick(preview.rows[1], false);
  expect([preview.open, preview.ticked]).toEqual([3, 2]);
  await preview.applyTicked();
  expect(idsOf(notebook)).toEqual(['m1', 'c1', 'c2', 'm3', 'c3', 'm2']);
  expect(spoken(preview, trans)).toBe('2 moves applied. 1 move left.');
  preview.undo();
  expect(idsOf(notebook)).toEqual(IDS);
});

it('says that many cells are about to move, before the page stands still', async () => {
  const markdown = Array.from({ length: 60 }, (_, index) => `m${index}`);
  const ids = ['c1', ...markdown];
  const { notebook, preview } = previewOf(ids, [...markdown, 'c1'], markdown);
  await preview.ask('review', []);
  const said: [string, string][] = [];
  preview.changed.connect(() =>
    said.push([spoken(preview, trans), idsOf(notebook)[0]])
  );
  const applied = preview.applyAll();
  // Pressed twice.
  await preview.applyAll();
  expect(said).toEqual([['Moving 60 cells…', 'c1']]);
  await applied;
  expect(said.pop()).toEqual(['60 moves applied.', 'm0']);
  said.length = 0;
  await preview.undo();
  expect(said[0]).toEqual(['Moving 60 cells…', 'm0']);
  expect(idsOf(notebook)).toEqual(ids);
  expect(preview.moving).toBe(0);
});

it('draws only the rows anew that changed', async () => {
  const { preview } = previewOf();
  await preview.ask('review', []);
  const before = preview.rows;
  preview.tick(before[1], false);
  expect(preview.rows[0]).toBe(before[0]);
  expect(preview.rows[1]).not.toBe(before[1]);
});

it('scrolls to the cell, then to its new place', async () => {
  const { host, preview } = previewOf();
  await preview.ask('review', []);
  const row = preview.rows[1];
  preview.reveal(row);
  preview.reveal(row);
  preview.reveal(row);
  expect(host.revealed).toEqual(['m2', 'c1', 'm2']);
});

it('scrolls to the top for a cell that goes there', async () => {
  const { host, preview } = previewOf();
  await preview.ask('review', []);
  const row = preview.rows[0];
  preview.reveal(row);
  preview.reveal(row);
  expect(host.revealed).toEqual(['m1', 'c1']);
});

it('says what was applied before, and what is left of the new suggestion', async () => {
  const { api, notebook, preview } = previewOf();
  await preview.ask('review', []);
  preview.tick(preview.rows[1], false);
  preview.tick(preview.rows[2], false);
  await preview.applyTicked();
  expect(spoken(preview, trans)).toBe('1 move applied. 2 moves left.');
  api.answer = answerOf(idsOf(notebook), ORDER, ['m2', 'm3']);
  await preview.ask('review', []);
  expect(spoken(preview, trans)).toBe(
    '1 move was applied before. 2 cells seem to stand in the wrong place.'
  );
  expect(preview.undoable).toBe(1);
});

it('forgets what the author looked at with the suggestion', async () => {
  const { preview } = previewOf();
  await preview.ask('review', []);
  preview.point('m2');
  preview.discard();
  expect(preview.pointed).toBeNull();
});

describe('while the server works', () => {
  const now = { value: 0 };

  beforeEach(() => {
    jest.useFakeTimers();
    now.value = 0;
    jest.spyOn(performance, 'now').mockImplementation(() => now.value);
  });

  afterEach(() => {
    jest.restoreAllMocks();
    jest.useRealTimers();
  });

  it('says so only once it takes a while', () => {
    const { preview } = previewOf();
    void preview.ask('review', []);
    expect(preview.state.kind).toBe('idle');
    now.value = 149;
    jest.advanceTimersByTime(149);
    expect(preview.state.kind).toBe('idle');
    now.value = 150;
    jest.advanceTimersByTime(1);
    expect(preview.state.kind).toBe('thinking');
  });

  it('says nothing when the answer is quick', async () => {
    const { preview } = previewOf();
    const kinds: string[] = [];
    preview.changed.connect(() => kinds.push(preview.state.kind));
    await preview.ask('review', []);
    now.value = 1000;
    jest.advanceTimersByTime(1000);
    expect(kinds).toEqual(['suggestion']);
  });
});
