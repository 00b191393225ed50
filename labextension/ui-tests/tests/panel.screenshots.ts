import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@playwright/test';
import { SCREENSHOTS } from '../paths';
import { example, setSettings, write } from './files';
import { openNotebook, type NotebookPage } from './lab';

const NOTEBOOK = 'sorting-support-tickets.ipynb';
const DISPLACED = example('out-of-order/sorting-support-tickets');

/** Makes the pictures of one notebook on show: before, after applying, after undoing. */
async function shoot(notebook: NotebookPage, name: string): Promise<void> {
  const { page } = notebook;
  const shot = async (moment: string) => {
    await expect(page.locator('.jp-Cell.jp-mod-active')).toBeInViewport();
    await page.screenshot({ path: join(SCREENSHOTS, `${name}-${moment}.png`) });
  };
  mkdirSync(SCREENSHOTS, { recursive: true });
  await notebook.suggest();
  await expect(notebook.button('Apply all')).toBeVisible();
  // The first move's cell is on show, marked, with the list of moves beside it.
  await notebook.moves.first().getByRole('button').first().click();
  await shot('suggestion');
  await notebook.button('Apply all').click();
  await expect(notebook.button('Undo')).toBeVisible();
  await notebook.moves.first().getByRole('button').first().click();
  await shot('applied');
  await notebook.button('Undo').click();
  await expect(notebook.button('Apply all')).toBeVisible();
  await notebook.moves.first().getByRole('button').first().click();
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
      await shoot(lab, `lab-${theme.toLowerCase()}`);
    } finally {
      clear();
    }
  });
}

test('Notebook 7', async ({ page }) => {
  write(NOTEBOOK, DISPLACED);
  await shoot(await openNotebook(page, `notebooks/${NOTEBOOK}`), 'notebook');
});
