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

test('the markdown keeps its order where the settings say so, but not in a review', async ({
  page
}) => {
  const clear = setSettings('jupyter-cellorder:plugin', {
    keepMarkdownOrder: true
  });
  try {
    const ids = ['c1', 'm1'];
    write('keep.ipynb', madeOf(ids));
    const lab = await openLab(page);
    await lab.open('keep.ipynb');
    await lab.answerWith(ids, []);
    await lab.select('m1', 'm1');
    const asked = async (command: string) => {
      const request = page.waitForRequest('**/cellorder/suggest*');
      await lab.command(command);
      return question(await request).keep_markdown_order;
    };
    await expect.poll(() => asked('cellorder:place-selected')).toBe(true);
    expect(await asked('cellorder:suggest')).toBe(false);
  } finally {
    clear();
  }
});
