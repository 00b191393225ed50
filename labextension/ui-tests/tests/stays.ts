import { madeOf, setSettings, unsorted, write } from './files';
import { expect, openLab, test } from './lab';
import { onScreen, scrollTo, settled, topOf } from './view';

/**
 * Declares the test that all markdown of a notebook of 4n cells moves, back, again and back, while the cells on screen
 * stay where they are and the active one active.
 */
export function testViewStays(n: number, windowingMode: string): void {
  test(`what is on screen stays there while ${n} of ${4 * n} cells move: windowing mode ${windowingMode}`, async ({
    page
  }) => {
    const clear = setSettings('@jupyterlab/notebook-extension:tracker', {
      windowingMode
    });
    const { ids, order, moved } = unsorted(n);
    const top = `c${1.5 * n}`;
    const active = `c${1.5 * n + 2}`;
    try {
      write('stays.ipynb', madeOf(ids));
      const lab = await openLab(page);
      await lab.open('stays.ipynb');
      await lab.answerWith(order, moved);
      await lab.suggest();
      await expect(lab.moves).toHaveCount(n);
      await expect(lab.banner).toBeVisible();
      await lab.select(active, active);
      await scrollTo(page, top);
      const [first] = await onScreen(page);
      const before = await topOf(page, first);
      for (const [command, wanted] of [
        ['cellorder:apply-all', order],
        ['cellorder:undo', ids],
        ['notebook:redo-cell-action', order],
        ['notebook:undo-cell-action', ids]
      ] as const) {
        await lab.command(command);
        expect(await lab.order()).toEqual(wanted);
        expect(await lab.shownOrder()).toEqual(wanted);
        await settled(page);
        expect(await onScreen(page), command).toContain(first);
        const shift = ((await topOf(page, first)) ?? NaN) - (before ?? NaN);
        expect(Math.abs(shift), command).toBeLessThan(2);
        expect((await lab.view()).active).toBe(active);
      }
    } finally {
      clear();
    }
  });
}
