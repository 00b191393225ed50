import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ATLANTIS_FILES } from '../atlantis';
import { example } from './files';
import { expect, test, type IAnswer, type NotebookPage } from './lab';

/** What the server says of the members beside its order. */
interface IAtlantisAnswer extends IAnswer {
  bundle: string;
  members: { name: string; cells: number; seconds: number }[];
}

const MEMBERS = ['codebert-20', 'codebert-mlm-10', 'codebert-25', 'pairwise'];
const NOTEBOOK = example('river-level-forecast');
const IDS = NOTEBOOK.cells.map(cell => cell.id);
const CODE = idsOf('code');
const MARKDOWN = idsOf('markdown');

function idsOf(kind: string): string[] {
  return NOTEBOOK.cells
    .filter(cell => cell.cell_type === kind)
    .map(cell => cell.id);
}

async function open(lab: NotebookPage, name: string): Promise<void> {
  writeFileSync(join(ATLANTIS_FILES, name), JSON.stringify(NOTEBOOK));
  await lab.open(name);
}

function isOfAll(answer: IAtlantisAnswer): void {
  expect(answer.bundle).toBe('tiny-atlantis');
  expect(answer.members.map(member => member.name)).toEqual(MEMBERS);
  for (const { cells } of answer.members) {
    expect(cells).toBe(MARKDOWN.length);
  }
}

/** Applies what is shown, and finds it in the notebook. */
async function apply(lab: NotebookPage, answer: IAnswer): Promise<void> {
  expect(answer.moves.length).toBeGreaterThan(0);
  await expect(lab.moves).toHaveCount(answer.moves.length);
  expect(await lab.order()).toEqual(IDS);
  await lab.command('cellorder:apply-all');
  await expect.poll(() => lab.order()).toEqual(answer.order);
  expect(answer.order).not.toEqual(IDS);
  expect([...answer.order].sort()).toEqual([...IDS].sort());
  expect(answer.order.filter(id => CODE.includes(id))).toEqual(CODE);
}

test('three pointwise members and a pairwise one: the button suggests, and the moves are applied', async ({
  lab
}) => {
  await open(lab, 'atlantis-suggest.ipynb');
  const answer = (await lab.suggest()) as IAtlantisAnswer;
  isOfAll(answer);
  await apply(lab, answer);
  await lab.command('cellorder:undo');
  await expect.poll(() => lab.order()).toEqual(IDS);
});

test('three pointwise members and a pairwise one: all markdown is ordered anew', async ({
  lab
}) => {
  await open(lab, 'atlantis-all.ipynb');
  const answered = lab.answered();
  const ordered = lab.command('cellorder:order-all');
  await lab.page.locator('.jp-Dialog .jp-mod-accept').click();
  await ordered;
  const answer = (await (await answered).json()) as IAtlantisAnswer;
  isOfAll(answer);
  await apply(lab, answer);
});
