import { expect, test } from '@playwright/test';
import { madeOf, setSettings, unsorted, write } from './files';
import { answerTo, openLab, question } from './lab';

const { ids: IDS, order: ORDER, moved: MARKDOWN } = unsorted(30);

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
    eagerness: 'cautious',
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
      const { mode, selected, keep_markdown_order, eagerness } = question(
        await request
      );
      return { mode, selected, keep_markdown_order, eagerness };
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
      keep_markdown_order: false,
      eagerness: 'cautious'
    });
    await expect(lab.moves).toHaveCount(3);
  } finally {
    clear();
  }
});

test('settings: cautious, with the panel closed; doubtful ones are a button away', async ({
  page
}) => {
  const clear = setSettings('jupyter-cellorder:plugin', {
    eagerness: 'cautious',
    openPanel: false
  });
  try {
    write('cautious.ipynb', madeOf(SIX));
    const lab = await openLab(page);
    await lab.open('cautious.ipynb');
    const asked: string[] = [];
    // Nothing that is very likely, then all that is doubtful.
    await page.route('**/cellorder/suggest*', async route => {
      const { eagerness } = question(route.request());
      asked.push(eagerness);
      await route.fulfill({
        json:
          eagerness === 'eager'
            ? answerTo(route.request(), SIX_ORDER, ['m1', 'm2', 'm3'], SURE)
            : answerTo(route.request(), SIX, [])
      });
    });
    await lab.suggest();
    await expect(lab.banner).toContainText('Every markdown cell seems');
    await expect(lab.panel).toBeHidden();
    const more = { name: 'Show doubtful ones too' };
    await lab.banner.getByRole('button', more).click();
    await expect(lab.banner).toContainText('3 cells seem');
    expect(asked).toEqual(['cautious', 'eager']);
    await expect(lab.banner.getByRole('button', more)).toHaveCount(0);
    await lab.banner.getByRole('button', { name: 'Apply all' }).click();
    await expect(lab.banner).toContainText('3 moves applied.');
    await lab.banner.getByRole('button', { name: 'Undo' }).click();
    await lab.command('cellorder:show-list');
    await expect(lab.moves).toHaveCount(3);
    await expect(lab.row('m1')).toContainText('very likely');
    await expect(lab.row('m2').locator('.jp-CellOrder-sure')).toHaveText(
      'likely'
    );
  } finally {
    clear();
  }
});
