import type { Page } from '@playwright/test';
import type { NotebookPanel } from '@jupyterlab/notebook';
import { madeOf, read, setSettings, unsorted, write } from './files';
import { expect, openLab, openNotebook, test } from './lab';
import { settled } from './view';

const IDS = ['c1', 'c2', 'c3', 'm1', 'm2', 'm3'];
const ORDER = ['m1', 'c1', 'm2', 'c2', 'm3', 'c3'];
const MOVED = ['m1', 'm2', 'm3'];

/** The cell whose lower edge holds the slot with these words, by the order in the model. */
function holder(page: Page, words: string): Promise<string | null> {
  return page.evaluate(words => {
    const panel = window.jupyterapp.shell.currentWidget as NotebookPanel;
    const cell = panel.content.widgets.find(cell =>
      [...cell.node.querySelectorAll('.jp-CellOrder-slots > span')].some(
        slot => slot.textContent === words
      )
    );
    return cell?.model.id ?? null;
  }, words);
}

/** Scrolls as people do, in strokes: JupyterLab mends its guesses of heights in between. */
async function roll(page: Page, pixels: number): Promise<void> {
  await page.locator('.jp-WindowedPanel-outer').hover();
  for (let left = Math.abs(pixels); left > 0; left -= 400) {
    await page.mouse.wheel(0, Math.sign(pixels) * Math.min(400, left));
    await page.waitForTimeout(200);
  }
}

/** Where the cells stand on the screen that are clear of the banner, once they have come to rest. */
async function standing(page: Page): Promise<Record<string, number>> {
  const look = () =>
    page.evaluate(() => {
      const { content } = window.jupyterapp.shell
        .currentWidget as NotebookPanel;
      return Object.fromEntries(
        content.widgets.flatMap(({ model, node }) => {
          const { top } = node.getBoundingClientRect();
          return node.isConnected && top > 200 && top < 600
            ? [[model.id, Math.round(top)]]
            : [];
        })
      );
    });
  let seen = await look();
  await expect(async () => {
    await page.waitForTimeout(300);
    const before = seen;
    seen = await look();
    expect(Object.keys(seen).length).toBeGreaterThan(3);
    expect(seen).toEqual(before);
  }).toPass();
  return seen;
}

test.describe('the banner', () => {
  test('comes with a suggestion and offers all, with the panel closed', async ({
    lab
  }) => {
    write('banner.ipynb', madeOf(IDS));
    await lab.open('banner.ipynb');
    await expect(lab.banner).toHaveCount(0);
    await lab.answerWith(ORDER, MOVED);
    await lab.suggest();
    const button = (name: string) =>
      lab.banner.getByRole('button', { name, exact: true });
    await expect(lab.banner).toContainText(
      '3 cells seem to stand in the wrong place.'
    );
    await lab.command('application:toggle-right-area');
    await expect(lab.panel).toBeHidden();

    await button('Review list').click();
    await expect(lab.panel).toBeVisible();
    await settled(lab.page);
    const before = await lab.banner.boundingBox();
    await lab.tick('m2').click();
    await expect(button('Apply ticked (2)')).toBeVisible();
    await settled(lab.page);
    expect(await lab.banner.boundingBox()).toEqual(before);
    await lab.command('application:toggle-right-area');
    await button('Apply ticked (2)').click();
    await expect(lab.banner).toContainText('2 moves applied. 1 move left.');
    expect(await lab.order()).toEqual(['m1', 'c1', 'c2', 'm3', 'c3', 'm2']);
    await button('Undo').click();
    await expect(lab.banner).toContainText('3 cells seem');
    await button('Apply all').click();
    await expect(lab.banner).toContainText('3 moves applied.');
    await button('Undo').click();
    expect(await lab.order()).toEqual(IDS);
    await button('Discard').click();
    await expect(lab.banner).toHaveCount(0);
    await expect(lab.slots).toHaveCount(0);
    await expect(lab.page.locator('.jp-Notebook :focus')).toHaveCount(1);
  });

  test('speaks of failures and of what needs no moving, too', async ({
    lab
  }) => {
    write('words.ipynb', madeOf(IDS));
    await lab.open('words.ipynb');
    await lab.failWith('suggest', 503, { reason: 'busy', message: 'Busy.' });
    await lab.toolbarButton.click();
    await expect(lab.banner).toContainText('The server is busy');
    await lab.page.unrouteAll();
    await lab.answerWith(IDS, []);
    await lab.banner.getByRole('button', { name: 'Try again' }).click();
    await expect(lab.banner).toContainText('Every markdown cell seems to');
    await lab.banner.getByRole('button', { name: 'Close' }).click();
    await expect(lab.banner).toHaveCount(0);
  });

  test('each notebook keeps its own suggestion when tabs are switched', async ({
    lab
  }) => {
    write('one.ipynb', madeOf(IDS));
    write('two.ipynb', madeOf(IDS));
    await lab.open('one.ipynb');
    await lab.answerWith(ORDER, MOVED);
    await lab.suggest();
    await lab.tick('m2').click();
    await lab.open('two.ipynb');
    await expect(lab.moves).toHaveCount(0);
    await expect(lab.banner).toHaveCount(0);
    await lab.close();
    await lab.open('one.ipynb');
    await expect(lab.moves).toHaveCount(3);
    await expect(lab.row('m2')).toHaveAttribute('aria-selected', 'false');
    await expect(lab.banner).toContainText('3 cells seem');
    await expect(lab.slots).toHaveCount(3);
  });
});

test('waiting is worth a word only once it takes a while', async ({ lab }) => {
  write('wait.ipynb', madeOf(IDS));
  await lab.open('wait.ipynb');
  await lab.page.evaluate(() => {
    const seen: string[] = [];
    Object.assign(window, { seen });
    new MutationObserver(() => {
      if (document.querySelector('.jp-CellOrder-progress') !== null) {
        seen.push('progress');
      }
    }).observe(document.body, { childList: true, subtree: true });
  });
  const seen = () =>
    lab.page.evaluate(
      () => (window as unknown as { seen: string[] }).seen.length
    );
  // Answered in the page itself: the way through the test would take too long.
  await lab.page.evaluate(order => {
    const settings = window.jupyterapp.serviceManager.serverSettings as {
      fetch: (input: RequestInfo, init?: RequestInit) => Promise<Response>;
    };
    const { fetch } = settings;
    settings.fetch = async (input, init) => {
      const url = input instanceof Request ? input.url : String(input);
      if (url.includes('/cellorder/suggest')) {
        settings.fetch = fetch;
        return Response.json({ order, moves: [], notice: 'in-order' });
      }
      return url.includes('/cellorder/health')
        ? Response.json({
            package_version: '0',
            api_version: 1,
            state: 'ready'
          })
        : fetch(input, init);
    };
  }, IDS);
  await lab.toolbarButton.click();
  await expect(lab.panel).toContainText('Every markdown cell seems to');
  expect(await seen()).toBe(0);

  let answer = () => {};
  const asked = new Promise<void>(resolve => {
    answer = resolve;
  });
  await lab.page.route('**/cellorder/suggest*', async route => {
    await asked;
    await route.fulfill({
      json: { order: IDS, moves: [], notice: 'in-order' }
    });
  });
  await lab.toolbarButton.click();
  await expect(lab.panel.getByRole('progressbar')).toBeVisible();
  await expect(lab.banner).toContainText('Reading 6 cells…');
  answer();
  await expect(lab.panel).toContainText('Every markdown cell seems to');
});

test('a heading moves with its section as one row', async ({ lab }) => {
  const ids = ['c1', 'c2', 'h2a', 'm1', 'm2', 'c3'];
  const order = ['c1', 'h2a', 'm1', 'm2', 'c2', 'c3'];
  write('section.ipynb', madeOf(ids));
  await lab.open('section.ipynb');
  await lab.answerWith(order, ['h2a', 'm1', 'm2']);
  await lab.suggest();
  await expect(lab.moves).toHaveCount(1);
  await expect(lab.row('h2a')).toContainText('and 2 cells under it');
  await expect(lab.slots).toHaveText(['Heading h2a +2']);
  await lab.row('h2a').hover();
  await expect(lab.page.locator('.jp-CellOrder-moving')).toHaveCount(3);
  await lab.tick('h2a').click();
  await expect(lab.button('Apply ticked (0)')).toBeDisabled();
  await lab.tick('h2a').click();
  await lab.button('Apply ticked (3)').click();
  await expect(lab.panel).toContainText('3 moves applied.');
  expect(await lab.order()).toEqual(order);
  await expect(lab.moves).toHaveCount(1);
});

test('a slot under a heading stays in sight when the heading is collapsed', async ({
  lab
}) => {
  const ids = ['c1', 'h2a', 'c2', 'c3', 'h2b', 'c4', 'm1'];
  const order = ['c1', 'h2a', 'c2', 'm1', 'c3', 'h2b', 'c4'];
  write('slot-collapsed.ipynb', madeOf(ids));
  await lab.open('slot-collapsed.ipynb');
  await lab.answerWith(order, ['m1']);
  await lab.suggest();
  const words = await lab.slots.innerText();
  expect(await holder(lab.page, words)).toBe('c2');
  for (const [command, at] of [
    ['notebook:collapse-all-headings', 'h2a'],
    ['notebook:expand-all-headings', 'c2']
  ]) {
    await lab.page.evaluate(
      id => window.jupyterapp.commands.execute(id),
      command
    );
    await expect.poll(() => holder(lab.page, words)).toBe(at);
    await expect(lab.slots).toHaveCount(1);
  }
  // The cell that carries the slot is moved by the author: JupyterLab makes it anew.
  await lab.page.evaluate(() => {
    const { content } = window.jupyterapp.shell.currentWidget as NotebookPanel;
    content.moveCell(2, 3);
  });
  await expect.poll(() => holder(lab.page, words)).toBe('c2');
  await expect(lab.slots).toHaveCount(1);
});

for (const [windowingMode, n] of [
  ['contentVisibility', 75],
  ['full', 75],
  ['defer', 20],
  ['none', 20]
] as const) {
  test(`slots in a notebook of ${4 * n} cells: windowing mode ${windowingMode}`, async ({
    page
  }) => {
    const clear = setSettings('@jupyterlab/notebook-extension:tracker', {
      windowingMode
    });
    const { ids, order, moved } = unsorted(n);
    const last = `m${n - 1}`;
    const target = `c${3 * n - 4}`;
    try {
      write('long.ipynb', madeOf(ids));
      const lab = await openLab(page);
      await lab.open('long.ipynb');
      await lab.answerWith(order, moved);
      // A notebook that defers drawing goes on with it, above too, while the author scrolls; and it only scrolls to
      // what it has drawn.
      if (windowingMode === 'defer') {
        await expect(page.locator('.jp-Notebook .jp-Cell')).toHaveCount(4 * n);
      }
      await roll(page, 1200);
      const before = await standing(page);
      await lab.suggest();
      await expect(lab.banner).toContainText(`${n} cells seem`);
      await expect(lab.slots.first()).toBeVisible();
      expect(await standing(page)).toEqual(before);
      await checkSlots(page, n);

      // Far away, where nothing was drawn when the suggestion came.
      await lab.row(last).click();
      await expect.poll(() => visible(page, last)).toBe(true);
      await lab.row(last).press('Enter');
      await expect.poll(() => visible(page, target)).toBe(true);
      await expect(
        lab.slots.filter({ hasText: `Words of ${last}` })
      ).toBeInViewport();

      // Changes of the author's do not disturb them.
      await lab.edit(target, 'edited = 2');
      await lab.command('notebook:insert-cell-above');
      await checkSlots(page, n);

      await roll(page, -400);
      const after = await standing(page);
      await lab.button('Discard').click();
      await expect(page.locator('.jp-CellOrder-slots')).toHaveCount(0);
      await expect(lab.banner).toHaveCount(0);
      expect(await standing(page)).toEqual(after);
      await lab.save();
      expect(read('long.ipynb')).not.toContain('CellOrder');
    } finally {
      clear();
    }
  });
}

/** Slots are where their cells are to go, hidden from screen readers, and take no room. */
async function checkSlots(page: Page, n: number): Promise<void> {
  for (const place of [1, n >> 1, n - 1]) {
    await expect
      .poll(() => holder(page, `Words of m${place}`))
      .toBe(`c${3 * place - 1}`);
  }
  const odd = await page
    .locator('.jp-CellOrder-slots')
    .evaluateAll(
      nodes =>
        nodes.filter(
          node =>
            node.getAttribute('aria-hidden') !== 'true' ||
            (node as HTMLElement).offsetHeight !== 0
        ).length
    );
  expect(odd).toBe(0);
}

function visible(page: Page, id: string): Promise<boolean> {
  return page.evaluate(id => {
    const { content } = window.jupyterapp.shell.currentWidget as NotebookPanel;
    const cell = content.widgets.find(cell => cell.model.id === id);
    const outer = content.outerNode.getBoundingClientRect();
    const inner = cell?.node.getBoundingClientRect();
    return (
      cell?.node.isConnected === true &&
      inner !== undefined &&
      inner.height > 0 &&
      inner.bottom > outer.top &&
      inner.top < outer.bottom
    );
  }, id);
}

test('Notebook 7: banner, slots, panel and keys', async ({ page }) => {
  write('seven.ipynb', madeOf(IDS));
  const notebook = await openNotebook(page, 'notebooks/seven.ipynb');
  await expect(notebook.banner).toHaveCount(0);
  await notebook.answerWith(ORDER, MOVED);
  await notebook.suggest();
  await expect(notebook.banner).toContainText('3 cells seem');
  await expect(notebook.slots).toHaveText(MOVED.map(id => `Words of ${id}`));
  await notebook.row('m1').focus();
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Space');
  await notebook.button('Apply ticked (2)').click();
  await expect(notebook.banner).toContainText('2 moves applied.');
  await notebook.banner.getByRole('button', { name: 'Undo' }).click();
  expect(await notebook.order()).toEqual(IDS);
  await notebook.row('m1').press('Escape');
  await expect(notebook.banner).toHaveCount(0);
  await expect(page.locator('.jp-Notebook :focus')).toHaveCount(1);
});
