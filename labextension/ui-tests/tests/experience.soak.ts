import type { Page } from '@playwright/test';
import { example, madeOf, setSettings, unsorted, write } from './files';
import { expect, openLab, openNotebook, test, type NotebookPage } from './lab';

/** Milliseconds from an interaction to the next paint that feel immediate. */
const IMMEDIATE = 200;

/** An interaction: its kind, its milliseconds to the next paint, and those of them that ran programs. */
type Interaction = [string, number, number];

/** Notes how long every interaction takes until the page is painted anew. */
async function observe(page: Page): Promise<void> {
  await page.evaluate(() => {
    const seen: Interaction[] = [];
    Object.assign(window, { seen });
    new PerformanceObserver(list => {
      for (const entry of list.getEntries()) {
        // The types of this TypeScript do not know it yet.
        const event = entry as unknown as PerformanceEventTiming & {
          interactionId: number;
        };
        if (event.interactionId > 0) {
          seen.push([
            event.name,
            event.duration,
            Math.round(event.processingEnd - event.startTime)
          ]);
        }
      }
    }).observe({
      type: 'event',
      durationThreshold: 16
    } as PerformanceObserverInit);
  });
}

/** The interactions since the latest call. */
async function interactions(page: Page): Promise<Interaction[]> {
  await page.waitForTimeout(500);
  return page.evaluate(() =>
    (window as unknown as { seen: Interaction[] }).seen.splice(0)
  );
}

/** The slowest of some interactions. */
function worst(list: Interaction[]): number {
  return Math.max(0, ...list.map(([, duration]) => duration));
}

/** The slowest few, told with what ran before the paint. */
function slowest(list: Interaction[]): string {
  return [...list]
    .sort((a, b) => b[1] - a[1])
    .slice(0, 4)
    .map(([name, ms, programs]) => `${name} ${ms}, programs ${programs}`)
    .join('; ');
}

/** Waits until JupyterLab has made the editors of all cells, which it does one by one while nothing else happens. */
async function drawn(page: Page, cells: number): Promise<void> {
  await expect
    .poll(() => page.locator('.jp-Notebook .jp-Cell .cm-editor').count(), {
      timeout: 300_000,
      intervals: [2000]
    })
    .toBe(cells);
}

/** JupyterLab's own way through a notebook, to compare with. */
async function useNotebook({ page }: NotebookPage): Promise<void> {
  await page.locator('.jp-Notebook').focus();
  for (let press = 0; press < 8; press++) {
    await page.keyboard.press('ArrowDown');
    await page.waitForTimeout(400);
  }
}

/**
 * Everything that people do in the panel, one after the other, at the pace of a quick hand. After a jump they look
 * where they are: meanwhile JupyterLab draws cells that were never on screen, which takes as long as it takes.
 */
async function usePanel(lab: NotebookPage): Promise<void> {
  const { keyboard } = lab.page;
  const box = lab.panel.getByRole('checkbox');
  const look = () => lab.page.waitForTimeout(2000);
  for (const act of [
    () => lab.row('m0').hover(),
    () => lab.row('m1').hover(),
    () => lab.row('m0').click(),
    look,
    ...Array.from({ length: 6 }, () => () => keyboard.press('ArrowDown')),
    () => keyboard.press('Space'),
    () => keyboard.press('Enter'),
    look,
    () => keyboard.press('End'),
    () => keyboard.press('Enter'),
    look,
    () => keyboard.press('Home'),
    () => lab.tick('m2').click(),
    () => box.click(),
    () => box.click(),
    () => keyboard.press('Tab')
  ]) {
    await act();
    await lab.page.waitForTimeout(400);
  }
}

for (const windowingMode of ['contentVisibility', 'full']) {
  for (const n of [75, 250]) {
    test(`interaction to next paint, ${4 * n} cells, windowing mode ${windowingMode}`, async ({
      page
    }) => {
      const clear = setSettings('@jupyterlab/notebook-extension:tracker', {
        windowingMode
      });
      const { ids, order, moved } = unsorted(n);
      try {
        write('soak.ipynb', madeOf(ids));
        const lab = await openLab(page);
        await lab.open('soak.ipynb');
        await lab.answerWith(order, moved);
        await observe(page);
        await useNotebook(lab);
        const own = await interactions(page);
        await lab.suggest();
        await expect(lab.moves).toHaveCount(n);
        await interactions(page);
        await usePanel(lab);
        const early = await interactions(page);
        if (windowingMode === 'contentVisibility') {
          await drawn(page, 4 * n);
        }
        await interactions(page);
        await usePanel(lab);
        const used = await interactions(page);
        await lab.button('Apply all').click();
        await expect(lab.panel).toContainText(`${n} moves applied.`);
        const applied = await interactions(page);
        await lab.button('Undo').click();
        await expect(lab.button('Apply all')).toBeVisible();
        const undone = await interactions(page);
        console.log(
          `INP of the panel, ${4 * n} cells, ${windowingMode}: worst ${worst(used)} ms (${slowest(used)});`,
          `while JupyterLab still makes editors ${worst(early)} ms (${slowest(early)}),`,
          `of its own arrow keys then ${worst(own)} ms;`,
          `apply all ${worst(applied)} ms, undo ${worst(undone)} ms (${n} moves)`
        );
        for (const list of [early, used, applied, undone]) {
          expect(worst(list)).toBeLessThan(IMMEDIATE);
        }
      } finally {
        clear();
      }
    });
  }
}

test('the way of a first-time user: from the open example to an applied suggestion', async ({
  page
}) => {
  write('first.ipynb', example('out-of-order/sorting-support-tickets'));
  const lab = await openNotebook(page, 'lab/tree/first.ipynb?reset');
  let clicks = 0;
  const start = Date.now();
  await lab.toolbarButton.click();
  clicks += 1;
  await expect(lab.button('Apply all')).toBeVisible();
  const seen = Date.now();
  await lab.button('Apply all').click();
  clicks += 1;
  await expect(lab.panel).toContainText(/\d+ moves? applied\./);
  const end = Date.now();
  console.log(
    `First-time user: ${clicks} clicks; ${((seen - start) / 1000).toFixed(1)} s to the suggestion`,
    `(model loaded first), ${((end - start) / 1000).toFixed(1)} s to the applied one`
  );
  expect(clicks).toBe(2);
});
