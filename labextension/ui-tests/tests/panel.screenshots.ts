import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@playwright/test';
import { SCREENSHOTS } from '../paths';
import { example, write } from './files';
import { NotebookPage, openLab } from './lab';

const NOTEBOOK = 'sorting-support-tickets.ipynb';

/** Makes the pictures of one notebook on show: before, after applying, after undoing. */
async function shoot(notebook: NotebookPage, name: string): Promise<void> {
  const { page } = notebook;
  const shot = async (moment: string) => {
    await page.mouse.move(5, 700);
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
    write(NOTEBOOK, example('out-of-order/sorting-support-tickets'));
    const lab = await openLab(page);
    await lab.command('apputils:change-theme', {
      theme: `JupyterLab ${theme}`
    });
    await lab.command('application:toggle-left-area');
    await lab.open(NOTEBOOK);
    await shoot(lab, `lab-${theme.toLowerCase()}`);
    await lab.command('apputils:change-theme', { theme: 'JupyterLab Light' });
  });
}

test('Notebook 7', async ({ page }) => {
  write(NOTEBOOK, example('out-of-order/sorting-support-tickets'));
  await page.goto(`notebooks/${NOTEBOOK}`);
  const notebook = new NotebookPage(page);
  await expect(notebook.toolbarButton).toBeVisible();
  await shoot(notebook, 'notebook');
});
