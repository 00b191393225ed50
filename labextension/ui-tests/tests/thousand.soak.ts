import { madeOf, setSettings, write } from './files';
import { expect, openLab, test } from './lab';
import { onScreen, scrollTo, settled, topOf } from './view';

const CODE = Array.from({ length: 750 }, (_, index) => `c${index}`);
const MARKDOWN = Array.from({ length: 250 }, (_, index) => `m${index}`);
const IDS = [...CODE, ...MARKDOWN];
/** One markdown cell before every third code cell. */
const ORDER = CODE.flatMap((id, index) =>
  index % 3 === 0 ? [MARKDOWN[index / 3], id] : [id]
);

for (const windowingMode of ['full', 'contentVisibility']) {
  test(`1,000 cells, 250 moves: windowing mode ${windowingMode}`, async ({
    page
  }) => {
    const clear = setSettings('@jupyterlab/notebook-extension:tracker', {
      windowingMode
    });
    try {
      write('thousand.ipynb', madeOf(IDS));
      const lab = await openLab(page);
      await lab.open('thousand.ipynb');
      await lab.answerWith(ORDER, MARKDOWN);
      await lab.suggest();
      await expect(lab.moves).toHaveCount(MARKDOWN.length);
      await expect(lab.banner).toBeVisible();
      await lab.select('c402', 'c402');
      await scrollTo(page, 'c400');
      const [seen] = await onScreen(page);
      const top = await topOf(page, seen);
      for (const [command, order] of [
        ['cellorder:apply-all', ORDER],
        ['cellorder:undo', IDS],
        ['notebook:redo-cell-action', ORDER],
        ['notebook:undo-cell-action', IDS]
      ] as const) {
        await lab.command(command);
        expect(await lab.order()).toEqual(order);
        expect(await lab.shownOrder()).toEqual(order);
        expect((await lab.view()).active).toBe('c402');
        await settled(page);
        const shift = ((await topOf(page, seen)) ?? NaN) - (top ?? NaN);
        expect(Math.abs(shift), command).toBeLessThan(2);
      }
    } finally {
      clear();
    }
  });
}
