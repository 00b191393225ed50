import { existsSync } from 'node:fs';
import type { NotebookPanel } from '@jupyterlab/notebook';
import { expect, test, type JSHandle, type Page } from '@playwright/test';
import { REFUSED } from '../paths';
import { example, read, write } from './files';
import { openNotebook, type NotebookPage } from './lab';
import { kendallTau } from './tau';

const EXAMPLE = 'sorting-support-tickets';
const TRUTH = example(EXAMPLE).cells.map(cell => cell.id);
const DISPLACED = example(`out-of-order/${EXAMPLE}`).cells.map(cell => cell.id);

/** Notes every request that goes elsewhere than to the test server. */
function watch(page: Page, baseURL: string): string[] {
  const strangers: string[] = [];
  const note = (url: string) => {
    const { protocol, host } = new URL(url);
    if (
      !['data:', 'blob:'].includes(protocol) &&
      host !== new URL(baseURL).host
    ) {
      strangers.push(url);
    }
  };
  page.on('request', request => note(request.url()));
  page.on('websocket', socket => note(socket.url()));
  return strangers;
}

/** The nodes of the code cells, in order. */
function codeCells(): HTMLElement[] {
  const panel = window.jupyterapp.shell.currentWidget as NotebookPanel;
  return panel.content.widgets
    .filter(cell => cell.model.type === 'code')
    .map(cell => cell.node);
}

/** Whether the code cells are still the very same nodes. */
async function sameNodes(
  page: Page,
  before: JSHandle<HTMLElement[]>
): Promise<boolean> {
  const now = await page.evaluateHandle(codeCells);
  return page.evaluate(
    ([before, now]) =>
      before.length === now.length &&
      before.every((node, index) => node === now[index]),
    [before, now] as const
  );
}

/** The whole way of a suggestion: ask, apply, undo, save, redo. */
async function goThrough(notebook: NotebookPage, file: string): Promise<void> {
  const { page } = notebook;
  await notebook.command('notebook:run-all-cells');
  // Kept, so that a code cell drawn anew would be seen.
  const drawn = await page.evaluateHandle(codeCells);
  await notebook.save();
  const saved = read(file);
  expect(await notebook.order()).toEqual(DISPLACED);

  const answer = await notebook.suggest();
  expect(answer.notice).toBeNull();
  await expect(notebook.moves).toHaveCount(answer.moves.length);
  expect(await notebook.order()).toEqual(DISPLACED);

  await notebook.button('Apply all').click();
  await expect(notebook.panel).toContainText(/\d+ moves? applied\./);
  expect(await notebook.order()).toEqual(answer.order);
  expect(await notebook.shownOrder()).toEqual(answer.order);
  expect(kendallTau(answer.order, TRUTH)).toBeGreaterThan(
    kendallTau(DISPLACED, TRUTH)
  );
  expect(await sameNodes(page, drawn)).toBe(true);

  await notebook.button('Undo').click();
  await expect(notebook.button('Apply all')).toBeVisible();
  expect(await notebook.order()).toEqual(DISPLACED);
  await notebook.save();
  expect(read(file)).toBe(saved);
  expect(await sameNodes(page, drawn)).toBe(true);

  await notebook.command('notebook:redo-cell-action');
  expect(await notebook.order()).toEqual(answer.order);
  await expect(notebook.panel).toContainText(/\d+ moves? applied\./);
  await notebook.command('notebook:undo-cell-action');
  await notebook.save();
  expect(read(file)).toBe(saved);
}

test('JupyterLab: suggest, apply, undo, redo; nothing is asked of any other machine', async ({
  page,
  baseURL
}) => {
  const strangers = watch(page, baseURL ?? '');
  write('lab.ipynb', example(`out-of-order/${EXAMPLE}`));
  const notebook = await openNotebook(page, 'lab/tree/lab.ipynb?reset');
  await goThrough(notebook, 'lab.ipynb');
  await expect(page.locator('#jp-main-statusbar')).toContainText(
    `/${DISPLACED.length}`
  );
  expect(strangers).toEqual([]);
  expect(existsSync(REFUSED)).toBe(false);
});

test('Notebook 7: pages without a notebook load without complaint', async ({
  page
}) => {
  const complaints: string[] = [];
  page.on('console', message => {
    if (/cellorder/i.test(message.text())) {
      complaints.push(message.text());
    }
  });
  await page.goto('tree');
  await page.waitForFunction(() => window.jupyterapp !== undefined);
  await page.evaluate(() => window.jupyterapp.restored);
  expect(complaints).toEqual([]);
});

test('Notebook 7: suggest, apply, undo, redo', async ({ page, baseURL }) => {
  const strangers = watch(page, baseURL ?? '');
  write('classic.ipynb', example(`out-of-order/${EXAMPLE}`));
  const notebook = await openNotebook(page, 'notebooks/classic.ipynb');
  await goThrough(notebook, 'classic.ipynb');
  expect(strangers).toEqual([]);
  expect(existsSync(REFUSED)).toBe(false);
});
