import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@playwright/test';
import { FRAMES, SCREENSHOTS } from '../paths';
import { example, setSettings, write } from './files';
import { openNotebook, type NotebookPage } from './lab';

const NOTEBOOK = 'sorting-support-tickets.ipynb';
const DISPLACED = example('out-of-order/sorting-support-tickets');

function shooting(notebook: NotebookPage, name: string) {
  mkdirSync(SCREENSHOTS, { recursive: true });
  return async (moment: string) => {
    // What moved smoothly has come to rest, and no tip hangs about.
    await notebook.page.waitForTimeout(500);
    await notebook.page.screenshot({
      path: join(SCREENSHOTS, `${name}-${moment}.png`)
    });
  };
}

/** Checks the notebook: two of the three cells that stand elsewhere are found. */
async function check(notebook: NotebookPage): Promise<void> {
  await notebook.suggest();
  await expect(notebook.moves).toHaveCount(2);
}

/** Makes the pictures of one notebook on show: the suggestion, after applying, after undoing. */
async function shoot(notebook: NotebookPage, name: string): Promise<void> {
  const { page } = notebook;
  const shot = shooting(notebook, name);
  await check(notebook);
  // The place where the first cell is to go is on show, with the list of moves beside it.
  await notebook.moves.first().focus();
  await page.keyboard.press('Enter');
  await page.keyboard.press('Enter');
  await page.mouse.move(0, 0);
  await shot('suggestion');
  await notebook.button('Apply all').click();
  await expect(notebook.button('Undo')).toBeVisible();
  await shot('applied');
  await notebook.button('Undo').click();
  await expect(notebook.button('Apply all')).toBeVisible();
  await shot('undone');
}

for (const theme of ['Light', 'Dark']) {
  test(`JupyterLab, ${theme.toLowerCase()} theme`, async ({ page }) => {
    const clear = setSettings('@jupyterlab/apputils-extension:themes', {
      theme: `JupyterLab ${theme}`
    });
    try {
      write(NOTEBOOK, DISPLACED);
      const lab = await openNotebook(page, `lab/tree/${NOTEBOOK}?reset`);
      await lab.command('application:toggle-left-area');
      await lab.command('notebook:run-all-cells');
      await page.waitForTimeout(3000);
      await shoot(lab, `lab-${theme.toLowerCase()}`);
      await lab.command('application:toggle-right-area');
      await shooting(lab, `lab-${theme.toLowerCase()}`)('banner');
    } finally {
      clear();
    }
  });
}

test('Notebook 7', async ({ page }) => {
  write(NOTEBOOK, DISPLACED);
  await shoot(await openNotebook(page, `notebooks/${NOTEBOOK}`), 'notebook');
});

test('a small window at 200 % zoom', async ({ browser, baseURL }) => {
  const context = await browser.newContext({ baseURL, deviceScaleFactor: 2 });
  const page = await context.newPage();
  write(NOTEBOOK, DISPLACED);
  const lab = await openNotebook(page, `lab/tree/${NOTEBOOK}?reset`);
  await lab.command('application:toggle-left-area');
  // Beside the file browser the button would hide behind the toolbar's "...".
  await page.setViewportSize({ width: 640, height: 400 });
  await check(lab);
  await lab.moves.first().focus();
  await shooting(lab, 'lab-zoomed')('suggestion');
  await context.close();
});

test('frames of the animation', async ({ page }) => {
  rmSync(FRAMES, { recursive: true, force: true });
  mkdirSync(FRAMES, { recursive: true });
  write(NOTEBOOK, DISPLACED);
  const lab = await openNotebook(page, `lab/tree/${NOTEBOOK}?reset`);
  await lab.command('application:toggle-left-area');
  let number = 0;
  /** Takes a frame that is shown for some tenths of a second. */
  const frame = async (tenths: number) => {
    await page.waitForTimeout(400);
    number += 1;
    const name = `${String(number).padStart(2, '0')}-${tenths}.png`;
    await page.screenshot({ path: join(FRAMES, name) });
  };
  await lab.toolbarButton.hover();
  await frame(12);
  await check(lab);
  await frame(18);
  await lab.moves.first().focus();
  await page.keyboard.press('Enter');
  await frame(14);
  await page.keyboard.press('Enter');
  await frame(14);
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Enter');
  await frame(12);
  await page.keyboard.press('Enter');
  await frame(14);
  await lab.button('Apply all').hover();
  await frame(6);
  await lab.button('Apply all').click();
  await expect(lab.button('Undo')).toBeVisible();
  await page.mouse.move(0, 0);
  await frame(22);
});
