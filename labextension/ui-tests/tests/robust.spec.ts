import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { CodeCell } from '@jupyterlab/cells';
import type { NotebookPanel } from '@jupyterlab/notebook';
import { FILES } from '../paths';
import {
  madeOf,
  read,
  setSettings,
  unsorted,
  write,
  type INotebookFile
} from './files';
import { expect, openLab, openNotebook, test } from './lab';
import { testViewStays } from './stays';
import { onScreen, scrollTo, settled, topOf, trusted } from './view';

const IDS = ['c1', 'c2', 'c3', 'm1', 'm2', 'm3'];
const ORDER = ['m1', 'c1', 'm2', 'c2', 'm3', 'c3'];
const MOVED = ['m1', 'm2', 'm3'];

/** A notebook whose first cell counts for some seconds. */
function counting(): INotebookFile {
  const notebook = madeOf(IDS);
  notebook.cells[0].source = [
    'import time\n',
    'for i in range(6):\n',
    '    print(i, flush=True)\n',
    '    time.sleep(0.5)'
  ];
  return notebook;
}

for (const [name, url] of [
  ['JupyterLab', 'lab/tree/counting.ipynb?reset'],
  ['Notebook 7', 'notebooks/counting.ipynb']
]) {
  test(`${name}: cells go on running while others move around them`, async ({
    page
  }) => {
    write('counting.ipynb', counting());
    const notebook = await openNotebook(page, url);
    await notebook.answerWith(ORDER, MOVED);
    await notebook.suggest();
    await expect(notebook.moves).toHaveCount(3);
    const outputs = page.locator('.jp-CodeCell').first();
    await page.evaluate(() => {
      void window.jupyterapp.commands.execute('notebook:run-all-cells');
    });
    await expect(outputs).toContainText('[*]');
    await expect(outputs.locator('.jp-OutputArea')).toContainText('0');
    await notebook.command('cellorder:apply-all');
    expect(await notebook.order()).toEqual(ORDER);
    await expect(outputs).toContainText('[*]');
    await notebook.command('cellorder:undo');
    expect(await notebook.order()).toEqual(IDS);
    await notebook.command('cellorder:apply-all');
    await expect(outputs).toContainText('[1]');
    await expect
      .poll(() =>
        page.evaluate(() => {
          const { content } = window.jupyterapp.shell
            .currentWidget as NotebookPanel;
          return content.widgets
            .filter(cell => cell.model.type === 'code')
            .map(cell => (cell as CodeCell).model.executionCount);
        })
      )
      .toEqual([1, 2, 3]);
    await notebook.save();
    const saved = JSON.parse(read('counting.ipynb')) as INotebookFile;
    expect(saved.cells[1].outputs).toEqual([
      {
        name: 'stdout',
        output_type: 'stream',
        text: ['0\n', '1\n', '2\n', '3\n', '4\n', '5\n']
      }
    ]);
    // JupyterLab asks before it leaves a page with a kernel at work.
    await page.evaluate(() =>
      (
        window.jupyterapp.shell.currentWidget as NotebookPanel
      ).sessionContext.shutdown()
    );
  });
}

test('a cell that the author moves meanwhile stays where it was put, and is named', async ({
  lab
}) => {
  write('moved.ipynb', madeOf(IDS));
  await lab.open('moved.ipynb');
  await lab.answerWith(ORDER, MOVED);
  await lab.suggest();
  await lab.page.evaluate(() => {
    const panel = window.jupyterapp.shell.currentWidget as NotebookPanel;
    panel.content.moveCell(4, 2);
  });
  await lab.command('cellorder:apply-all');
  expect(await lab.order()).toEqual(['m1', 'c1', 'c2', 'm3', 'm2', 'c3']);
  expect(await lab.statuses()).toEqual({
    m1: 'applied',
    m2: 'moved',
    m3: 'applied'
  });
  await expect(lab.panel).toContainText('moved meanwhile');
});

test('the banner covers nothing: the top stays in sight, other cells stay where they are', async ({
  lab
}) => {
  const { page } = lab;
  const { ids, order, moved } = unsorted(15);
  write('banner.ipynb', madeOf(ids));
  await lab.open('banner.ipynb');
  await lab.answerWith(order, moved);
  await settled(page);
  expect((await onScreen(page))[0]).toBe(ids[0]);
  for (const command of ['cellorder:suggest', 'cellorder:discard']) {
    await lab.command(command);
    await expect(lab.banner).toBeVisible({
      visible: command === 'cellorder:suggest'
    });
    await settled(page);
    expect((await onScreen(page))[0], command).toBe(ids[0]);
  }
  await scrollTo(page, 'c20');
  const top = await topOf(page, 'c21');
  for (const command of ['cellorder:suggest', 'cellorder:discard']) {
    await lab.command(command);
    await expect(lab.banner).toBeVisible({
      visible: command === 'cellorder:suggest'
    });
    await settled(page);
    const shift = ((await topOf(page, 'c21')) ?? NaN) - (top ?? NaN);
    expect(Math.abs(shift), command).toBeLessThan(2);
  }
});

for (const windowingMode of ['contentVisibility', 'full']) {
  test(`at the top of a notebook a title is seen to come there: windowing mode ${windowingMode}`, async ({
    page
  }) => {
    const { ids, order, moved } = unsorted(15);
    const clear = setSettings('@jupyterlab/notebook-extension:tracker', {
      windowingMode
    });
    try {
      write('title.ipynb', madeOf(ids));
      const lab = await openLab(page);
      await lab.open('title.ipynb');
      await lab.answerWith(order, moved);
      await lab.command('cellorder:suggest');
      await expect(lab.banner).toBeVisible();
      await settled(page);
      expect(order[0]).not.toBe(ids[0]);
      for (const [command, first] of [
        ['cellorder:apply-all', order[0]],
        ['cellorder:undo', ids[0]]
      ]) {
        await lab.command(command);
        await settled(page);
        expect((await onScreen(page))[0], command).toBe(first);
      }
    } finally {
      clear();
    }
  });
}

test('whoever is typing goes on typing', async ({ lab }) => {
  const { page } = lab;
  write('typing.ipynb', madeOf(IDS));
  await lab.open('typing.ipynb');
  await lab.answerWith(ORDER, MOVED);
  await lab.suggest();
  const editor = page.locator('.jp-CodeCell .cm-content').nth(1);
  await editor.click();
  await page.keyboard.press('End');
  await page.keyboard.type(' + 1');
  await lab.command('cellorder:apply-all');
  await page.keyboard.type(' + 2');
  await expect(page.locator('.jp-CodeCell .cm-content').nth(1)).toHaveText(
    'c2 = 1 + 1 + 2'
  );
  await lab.command('cellorder:undo');
  await page.keyboard.type(' + 3');
  await expect(editor).toHaveText('c2 = 1 + 1 + 2 + 3');
  expect(await lab.order()).toEqual(IDS);
});

test('what was trusted stays trusted, through undo and redo of every kind', async ({
  lab
}) => {
  const { page } = lab;
  write('trusted.ipynb', madeOf(IDS));
  await lab.open('trusted.ipynb');
  await page.evaluate(() => {
    const panel = window.jupyterapp.shell.currentWidget as NotebookPanel;
    for (const cell of panel.content.widgets) {
      cell.model.trusted = cell.model.id !== 'm2';
    }
  });
  const expected = IDS.filter(id => id !== 'm2').sort();
  const check = async () => {
    expect((await trusted(page)).sort()).toEqual(expected);
  };
  await lab.answerWith(ORDER, MOVED);
  await lab.suggest();
  await check();
  await lab.command('cellorder:apply-all');
  await check();
  await lab.command('cellorder:undo');
  await check();
  await lab.command('notebook:redo-cell-action');
  expect(await lab.order()).toEqual(ORDER);
  await check();
  await lab.command('notebook:undo-cell-action');
  await check();
});

test('the active cell changes once when many cells move, however far it stands below them', async ({
  lab
}) => {
  write('active.ipynb', madeOf(IDS));
  await lab.open('active.ipynb');
  await lab.answerWith(ORDER, MOVED);
  await lab.suggest();
  await expect(lab.moves).toHaveCount(MOVED.length);
  await lab.select('m2', 'm2');
  const changes = (command: string) =>
    lab.page.evaluate(async command => {
      const { commands, shell } = window.jupyterapp;
      const { content } = shell.currentWidget as NotebookPanel;
      const indices: number[] = [];
      const note = () => indices.push(content.activeCellIndex);
      content.activeCellChanged.connect(note);
      await commands.execute(command);
      content.activeCellChanged.disconnect(note);
      return indices;
    }, command);
  for (const [command, order] of [
    ['cellorder:apply-all', ORDER],
    ['cellorder:undo', IDS],
    ['notebook:redo-cell-action', ORDER],
    ['notebook:undo-cell-action', IDS]
  ] as const) {
    expect(await changes(command), command).toEqual([order.indexOf('m2')]);
    expect((await lab.view()).active).toBe('m2');
  }
});

test('what is written after the moves survives the undo of JupyterLab', async ({
  lab
}) => {
  write('later.ipynb', madeOf(IDS));
  await lab.open('later.ipynb');
  await lab.answerWith(ORDER, MOVED);
  await lab.suggest();
  await lab.command('cellorder:apply-all');
  await lab.edit('m1', 'Written after the move');
  await lab.command('notebook:undo-cell-action');
  expect(await lab.order()).toEqual(IDS);
  await lab.save();
  const saved = JSON.parse(read('later.ipynb')) as INotebookFile;
  expect(saved.cells[3].source).toEqual(['Written after the move']);
});

test.describe('the one thing to do about a failure', () => {
  test('logged out: log in on a page of its own, then try again', async ({
    lab
  }) => {
    const { page } = lab;
    write('failing.ipynb', madeOf(IDS));
    await lab.open('failing.ipynb');
    await lab.failWith('health', 403, {
      message: 'Sign in.',
      reason: 'unauthenticated'
    });
    await lab.toolbarButton.click();
    const opened = page.waitForEvent('popup');
    await lab.button('Log in again').click();
    const login = await opened;
    expect(login.url()).toContain('/login');
    await login.close();
    await page.unrouteAll({ behavior: 'ignoreErrors' });
    await lab.answerWith(ORDER, MOVED);
    await lab.button('Try again').click();
    await expect(lab.moves).toHaveCount(3);
  });

  test('not installed: copy the command', async ({ lab }) => {
    const { page } = lab;
    await page
      .context()
      .grantPermissions(['clipboard-read', 'clipboard-write']);
    write('failing.ipynb', madeOf(IDS));
    await lab.open('failing.ipynb');
    await lab.failWith('health', 404, {});
    await lab.toolbarButton.click();
    await lab.button('Copy the install command').click();
    await expect(
      page.getByText(/Copied: pip install jupyter-cellorder/).first()
    ).toBeVisible();
    expect(await page.evaluate(() => navigator.clipboard.readText())).toMatch(
      /^pip install jupyter-cellorder==\d/
    );
  });

  test('offline: try again', async ({ lab }) => {
    const { page } = lab;
    write('failing.ipynb', madeOf(IDS));
    await lab.open('failing.ipynb');
    await page.route('**/cellorder/**', route => route.abort());
    await lab.toolbarButton.click();
    await expect(lab.panel).toContainText('does not answer');
    await page.unrouteAll({ behavior: 'ignoreErrors' });
    await lab.answerWith(ORDER, MOVED);
    await lab.button('Try again').click();
    await expect(lab.moves).toHaveCount(3);
  });

  test('read-only: save a copy', async ({ lab }) => {
    const { page } = lab;
    write('locked.ipynb', madeOf(IDS));
    await page.route('**/api/contents/locked.ipynb?*', async route => {
      const response = await route.fetch();
      const json = (await response.json()) as object;
      await route.fulfill({ response, json: { ...json, writable: false } });
    });
    await lab.open('locked.ipynb');
    await lab.toolbarButton.click();
    await lab.button('Save a copy').click();
    const dialog = page.locator('.jp-Dialog');
    await expect(dialog.locator('input')).toHaveValue(/locked/);
    await dialog.locator('input').fill('copied.ipynb');
    await dialog.getByRole('button', { name: 'Save' }).click();
    await expect.poll(() => existsSync(join(FILES, 'copied.ipynb'))).toBe(true);
  });
});

for (const windowingMode of ['full', 'contentVisibility']) {
  testViewStays(30, windowingMode);
}
