import type { Page } from '@playwright/test';
import { example, madeOf, setSettings, write } from './files';
import { expect, openLab, openNotebook, test, type NotebookPage } from './lab';

/** Milliseconds from an interaction to the next paint that feel immediate. */
const IMMEDIATE = 200;

/** A notebook of 4n cells: all markdown stands at the end, and belongs before every third code cell. */
function long(n: number) {
  const code = Array.from({ length: 3 * n }, (_, index) => `c${index}`);
  const moved = Array.from({ length: n }, (_, index) => `m${index}`);
  const order = code.flatMap((id, index) =>
    index % 3 === 0 ? [moved[index / 3], id] : [id]
  );
  return { ids: [...code, ...moved], order, moved };
}

/** Notes how long every interaction takes until the page is painted anew. */
async function observe(page: Page): Promise<void> {
  await page.evaluate(() => {
    const seen: [string, number][] = [];
    Object.assign(window, { seen });
    new PerformanceObserver(list => {
      for (const entry of list.getEntries()) {
        // The types of this TypeScript do not know it yet.
        const { interactionId } = entry as unknown as { interactionId: number };
        if (interactionId > 0) {
          seen.push([entry.name, entry.duration]);
        }
      }
    }).observe({
      type: 'event',
      durationThreshold: 16
    } as PerformanceObserverInit);
  });
}

/** The interactions since the latest call: their kind and their milliseconds. */
async function interactions(page: Page): Promise<[string, number][]> {
  await page.waitForTimeout(500);
  return page.evaluate(() =>
    (window as unknown as { seen: [string, number][] }).seen.splice(0)
  );
}

/** Everything that people do in the panel, one after the other. */
async function usePanel(lab: NotebookPage): Promise<void> {
  const { keyboard } = lab.page;
  await lab.row('m0').hover();
  await lab.row('m1').hover();
  await lab.row('m0').click();
  for (let k = 0; k < 8; k++) {
    await keyboard.press('ArrowDown');
  }
  await keyboard.press('Space');
  await keyboard.press('Enter');
  await keyboard.press('End');
  await keyboard.press('Enter');
  await keyboard.press('Home');
  await lab.tick('m2').click();
  await lab.panel.getByRole('checkbox').click();
  await lab.panel.getByRole('checkbox').click();
  await keyboard.press('Tab');
}

for (const windowingMode of ['contentVisibility', 'full']) {
  for (const n of [75, 250]) {
    test(`interaction to next paint, ${4 * n} cells, windowing mode ${windowingMode}`, async ({
      page
    }) => {
      const clear = setSettings('@jupyterlab/notebook-extension:tracker', {
        windowingMode
      });
      const { ids, order, moved } = long(n);
      try {
        write('soak.ipynb', madeOf(ids));
        const lab = await openLab(page);
        await lab.open('soak.ipynb');
        await lab.answerWith(order, moved);
        await lab.suggest();
        await expect(lab.moves).toHaveCount(n);
        // JupyterLab draws what is off screen while nothing else happens.
        await page.waitForTimeout(20_000);
        await observe(page);
        await usePanel(lab);
        const used = await interactions(page);
        await lab.button('Apply all').click();
        await expect(lab.panel).toContainText(`${n} moves applied.`);
        const applied = await interactions(page);
        await lab.button('Undo').click();
        await expect(lab.button('Apply all')).toBeVisible();
        const undone = await interactions(page);
        const worst = (list: [string, number][]) =>
          Math.max(0, ...list.map(([, duration]) => duration));
        const told = used
          .map(([name, ms]) => `${name} ${ms}`)
          .sort((a, b) => Number(b.split(' ')[1]) - Number(a.split(' ')[1]));
        console.log(
          `INP of the panel, ${4 * n} cells, ${windowingMode}: worst ${worst(used)} ms`,
          `(slowest: ${told.slice(0, 6).join(', ')});`,
          `apply all ${worst(applied)} ms, undo ${worst(undone)} ms (${n} moves)`
        );
        expect(worst(used)).toBeLessThan(IMMEDIATE);
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
