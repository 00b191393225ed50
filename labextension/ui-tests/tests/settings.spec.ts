import { expect, test } from '@playwright/test';
import { madeOf, setSettings, write } from './files';
import { openLab, question } from './lab';

const CODE = Array.from({ length: 90 }, (_, index) => `c${index}`);
const MARKDOWN = Array.from({ length: 30 }, (_, index) => `m${index}`);
const IDS = [...CODE, ...MARKDOWN];
/** Each markdown cell before every third code cell. */
const ORDER = CODE.flatMap((id, index) =>
  index % 3 === 0 ? [MARKDOWN[index / 3], id] : [id]
);

for (const windowingMode of ['full', 'contentVisibility']) {
  test(`120 cells, most of them off screen: windowing mode ${windowingMode}`, async ({
    page
  }) => {
    const clear = setSettings('@jupyterlab/notebook-extension:tracker', {
      windowingMode
    });
    try {
      write('long.ipynb', madeOf(IDS));
      const lab = await openLab(page);
      await lab.open('long.ipynb');
      await lab.answerWith(ORDER, MARKDOWN);
      await lab.suggest();
      await expect(lab.moves).toHaveCount(MARKDOWN.length);

      await lab.row('m29').click();
      const last = page
        .locator('.jp-MarkdownCell')
        .filter({ hasText: 'Words of m29' });
      await expect(last).toBeInViewport();
      expect((await lab.view()).active).toBe('m29');

      await lab.button('Apply all').click();
      await expect(lab.panel).toContainText('30 moves applied.');
      expect(await lab.order()).toEqual(ORDER);
      expect(await lab.shownOrder()).toEqual(ORDER);
      await lab.row('m20').click();
      await expect(
        page.locator('.jp-MarkdownCell').filter({ hasText: 'Words of m20' })
      ).toBeInViewport();

      await lab.button('Undo').click();
      await expect(lab.button('Apply all')).toBeVisible();
      expect(await lab.order()).toEqual(IDS);
      expect(await lab.shownOrder()).toEqual(IDS);
    } finally {
      clear();
    }
  });
}

const SIX = ['c1', 'c2', 'c3', 'm1', 'm2', 'm3'];
const SIX_ORDER = ['m1', 'c1', 'm2', 'c2', 'm3', 'c3'];
const SURE = { m1: 0.95, m2: 0.7, m3: 0.9 };

test('settings: what the button asks, the order of the markdown, no banner', async ({
  page
}) => {
  const clear = setSettings('jupyter-cellorder:plugin', {
    defaultMode: 'selected',
    keepMarkdownOrder: true,
    threshold: 'cautious',
    showBanner: false,
    openPanel: false
  });
  try {
    write('chosen.ipynb', madeOf(SIX));
    const lab = await openLab(page);
    await lab.open('chosen.ipynb');
    await lab.answerWith(SIX_ORDER, ['m1', 'm2', 'm3'], SURE);
    await lab.select('m1', 'm2');
    const asked = async (act: () => Promise<void>) => {
      const request = page.waitForRequest('**/cellorder/suggest*');
      await act();
      const { mode, selected, keep_markdown_order } = question(await request);
      return { mode, selected, keep_markdown_order };
    };
    const clicked = await asked(() => lab.toolbarButton.click());
    expect(clicked.mode).toBe('selected');
    expect(clicked.selected).toEqual(['m1', 'm2']);
    expect(clicked.keep_markdown_order).toBe(true);
    // Without the banner the panel has to open, and what was asked for expressly is all there.
    await expect(lab.moves).toHaveCount(3);
    await expect(lab.banner).toHaveCount(0);
    const checked = await asked(() => lab.command('cellorder:check'));
    expect(checked).toEqual({
      mode: 'review',
      selected: [],
      keep_markdown_order: false
    });
    await expect(lab.moves).toHaveCount(2);
  } finally {
    clear();
  }
});

test('settings: cautious, with the panel closed', async ({ page }) => {
  const clear = setSettings('jupyter-cellorder:plugin', {
    threshold: 'cautious',
    openPanel: false
  });
  try {
    write('cautious.ipynb', madeOf(SIX));
    const lab = await openLab(page);
    await lab.open('cautious.ipynb');
    await lab.answerWith(SIX_ORDER, ['m1', 'm2', 'm3'], SURE);
    await lab.suggest();
    await expect(lab.banner).toContainText('2 cells seem');
    await expect(lab.banner).toContainText('1 less certain move is not shown.');
    await expect(lab.panel).toBeHidden();
    await expect(lab.slots).toHaveText(['Words of m1', 'Words of m3']);
    await lab.banner.getByRole('button', { name: 'Apply all' }).click();
    await expect(lab.banner).toContainText('2 moves applied.');
    expect(await lab.order()).toEqual(['m1', 'c1', 'c2', 'm3', 'c3', 'm2']);
    await lab.banner.getByRole('button', { name: 'Undo' }).click();
    await lab.command('cellorder:show-list');
    await lab.button('Show them').click();
    await expect(lab.moves).toHaveCount(3);
    await expect(lab.row('m1')).toContainText('very likely');
    await expect(lab.row('m2')).toContainText('likely');
  } finally {
    clear();
  }
});
