import type { NotebookPanel } from '@jupyterlab/notebook';
import { expect, test } from '@playwright/test';
import { TOGETHER_FILES } from '../paths';
import { madeOf, read, write, type INotebookFile } from './files';
import { Person } from './people';

const IDS = ['c1', 'c2', 'c3', 'm1', 'm2', 'm3'];
const ORDER = ['m1', 'c1', 'm2', 'c2', 'm3', 'c3'];
const MOVED = ['m1', 'm2', 'm3'];

let people: [Person, Person];

/** Two people who have the same document open and the same suggestion before them. */
async function meeting(name: string): Promise<[Person, Person]> {
  write(name, madeOf(IDS), TOGETHER_FILES);
  for (const { lab } of people) {
    await lab.open(name);
    await expect.poll(() => lab.order()).toEqual(IDS);
    await lab.answerWith(ORDER, MOVED);
    await lab.suggest();
    await expect(lab.moves).toHaveCount(3);
  }
  return people;
}

/** Waits until all see the same cells, and gives what they see. */
async function agreed(): Promise<string[]> {
  const [anna, ben] = people;
  await expect
    .poll(async () => {
      const [hers, his] = [await anna.sources(), await ben.sources()];
      return JSON.stringify(hers) === JSON.stringify(his);
    })
    .toBe(true);
  return anna.sources();
}

const words = (id: string) =>
  id.startsWith('c') ? `${id}: ${id} = 1` : `${id}: Words of ${id}`;

test.beforeAll(async ({ browser }, { project }) => {
  const arrive = () => Person.arrive(browser, project.use.baseURL ?? '');
  people = [await arrive(), await arrive()];
});

test.afterEach(async () => {
  for (const { lab } of people) {
    await lab.page.unrouteAll({ behavior: 'ignoreErrors' });
    await lab.close();
  }
});

test.afterAll(() => Promise.all(people.map(person => person.close())));

test('the server shares its documents', async () => {
  const [anna, ben] = await meeting('shared.ipynb');
  expect(
    await anna.page.evaluate(
      () =>
        (window.jupyterapp.shell.currentWidget as NotebookPanel).model
          ?.collaborative
    )
  ).toBe(true);
  await anna.lab.command('cellorder:apply-all');
  await expect.poll(() => ben.lab.order()).toEqual(ORDER);
  await ben.lab.command('cellorder:apply-all');
  expect(await agreed()).toEqual(ORDER.map(words));
  await anna.lab.command('cellorder:undo');
  expect(await agreed()).toEqual(IDS.map(words));
});

test('both apply at the same moment: nothing is doubled, here and in the file', async () => {
  const [anna, ben] = await meeting('both.ipynb');
  anna.leave();
  ben.leave();
  await anna.lab.command('cellorder:apply-all');
  await ben.lab.command('cellorder:apply-all');
  anna.comeBack();
  ben.comeBack();
  await expect.poll(() => anna.lab.order()).toEqual(ORDER);
  expect(await agreed()).toEqual(ORDER.map(words));
  await anna.lab.save();
  await expect
    .poll(() => {
      const file = JSON.parse(
        read('both.ipynb', TOGETHER_FILES)
      ) as INotebookFile;
      return file.cells.map(cell => cell.id);
    })
    .toEqual(ORDER);
  await ben.lab.command('cellorder:undo');
  await expect.poll(() => anna.lab.order()).toEqual(IDS);
  expect(await agreed()).toEqual(IDS.map(words));
});

test('one applies while the other writes, inserts and deletes: all of it is kept', async () => {
  const [anna, ben] = await meeting('writing.ipynb');
  anna.leave();
  await anna.lab.command('cellorder:apply-all');
  await anna.type('m3', ' by Anna');
  await ben.type('m1', ' by Ben');
  await ben.type('c2', ' + 1');
  await ben.page.evaluate(() => {
    const panel = window.jupyterapp.shell.currentWidget as NotebookPanel;
    const notebook = panel.model?.sharedModel;
    notebook?.deleteCell(2);
    notebook?.insertCell(0, {
      cell_type: 'markdown',
      id: 'new',
      source: 'New'
    });
  });
  anna.comeBack();
  await expect
    .poll(async () => (await agreed()).sort())
    .toEqual(
      [
        'c1: c1 = 1',
        'c2: c2 = 1 + 1',
        'm1: Words of m1 by Ben',
        'm2: Words of m2',
        'm3: Words of m3 by Anna',
        'new: New'
      ].sort()
    );
  await anna.lab.command('cellorder:undo');
  const after = await agreed();
  expect(after.filter(source => source !== 'new: New')).toEqual([
    'c1: c1 = 1',
    'c2: c2 = 1 + 1',
    'm1: Words of m1 by Ben',
    'm2: Words of m2',
    'm3: Words of m3 by Anna'
  ]);
});

test('an edit of the other since the question is left out and named', async () => {
  const [anna, ben] = await meeting('named.ipynb');
  await ben.type('m2', ' by Ben');
  await expect.poll(() => anna.sources()).toContain('m2: Words of m2 by Ben');
  await anna.lab.command('cellorder:apply-all');
  expect(await anna.lab.statuses()).toEqual({
    m1: 'applied',
    m2: 'edited',
    m3: 'applied'
  });
  expect(await agreed()).toContain('m2: Words of m2 by Ben');
});
