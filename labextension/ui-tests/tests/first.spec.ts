import { test, expect } from '@playwright/test';
import { copyFileSync } from 'node:fs';
import { join } from 'node:path';
import { EXAMPLES, FILES } from '../paths';

test('look', async ({ page }) => {
  page.on('console', m => console.log(m.type(), m.text()));
  copyFileSync(join(EXAMPLES, 'out-of-order', 'sorting-support-tickets.ipynb'), join(FILES, 'a.ipynb'));
  await page.goto('lab/tree/a.ipynb?reset');
  await page.getByRole('button', { name: 'Suggest order' }).click();
  await page.waitForTimeout(5000);
  await page.screenshot({ path: '/tmp/fake/1.png' });
  await page.getByRole('button', { name: 'Apply all' }).click();
  await page.waitForTimeout(1000);
  await page.screenshot({ path: '/tmp/fake/2.png' });
  await page.getByRole('button', { name: 'Undo', exact: true }).click();
  await page.waitForTimeout(1000);
  await page.screenshot({ path: '/tmp/fake/3.png' });
});
test('look at notebook', async ({ page }) => {
  page.on('console', m => console.log(m.type(), m.text()));
  await page.goto('tree');
  await page.waitForTimeout(2000);
  await page.goto('notebooks/a.ipynb');
  await page.getByRole('button', { name: 'Suggest order' }).click();
  await page.waitForTimeout(3000);
  await page.screenshot({ path: '/tmp/fake/4.png' });
});
