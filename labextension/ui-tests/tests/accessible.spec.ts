import type { Page } from '@playwright/test';
import { join } from 'node:path';
import type { AxeResults } from 'axe-core';
import { madeOf, setSettings, write } from './files';
import { expect, openLab, openNotebook, test, type NotebookPage } from './lab';
import { settled } from './view';

const IDS = ['c1', 'c2', 'c3', 'c4', 'm1', 'm2', 'h2a', 'm3'];
const ORDER = ['m1', 'c1', 'm2', 'c2', 'h2a', 'm3', 'c3', 'c4'];
const MOVED = ['m1', 'm2', 'h2a', 'm3'];
const SURE = { m1: 0.95, m2: 0.75, h2a: 0.55, m3: 0.6 };

/** What of ours is on the page; the rest of it is JupyterLab's own. */
const OURS = [
  '#jp-cellorder-panel',
  '.jp-CellOrder-banner',
  '.jp-CellOrder-slots'
];

/** The findings of axe-core that concern this extension and are serious or worse. */
async function findings(page: Page): Promise<string[]> {
  await page.addScriptTag({
    path: join(__dirname, '..', 'node_modules', 'axe-core', 'axe.min.js')
  });
  const { violations } = await page.evaluate(ours => {
    const { axe } = window as unknown as {
      axe: { run: (context: object) => Promise<AxeResults> };
    };
    return axe.run({
      include: ours.filter(part => document.querySelector(part) !== null)
    });
  }, OURS);
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .flatMap(({ id, nodes }) =>
      nodes.map(node => `${id}: ${node.html.slice(0, 200)}`)
    );
}

/**
 * The texts of ours with less contrast than WCAG 2 AA asks (4.5), and how many were judged. axe-core does not
 * judge contrast in the layout of JupyterLab.
 */
function contrasts(page: Page): Promise<{ judged: number; poor: string[] }> {
  return page.evaluate(ours => {
    type Colour = [number, number, number, number];
    const parse = (text: string): Colour => {
      const [r, g, b, a = 1] = (text.match(/[\d.]+/g) ?? []).map(Number);
      return [r, g, b, a];
    };
    const over = (top: Colour, below: Colour): Colour => {
      const mix = (k: 0 | 1 | 2) => top[k] * top[3] + below[k] * (1 - top[3]);
      return [mix(0), mix(1), mix(2), 1];
    };
    const luminance = (colour: Colour) => {
      const [r, g, b] = colour.slice(0, 3).map(value => {
        const part = value / 255;
        return part <= 0.03928 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
      });
      return 0.2126 * r + 0.7152 * g + 0.0722 * b;
    };
    const behind = (node: Element | null): Colour => {
      if (node === null) {
        return [255, 255, 255, 1];
      }
      const colour = parse(getComputedStyle(node).backgroundColor);
      return colour[3] === 1
        ? colour
        : over(colour, behind(node.parentElement));
    };
    const poor: string[] = [];
    let judged = 0;
    for (const node of ours.flatMap(part => [
      ...document.querySelectorAll(`${part} *`)
    ])) {
      const text = [...node.childNodes]
        .filter(child => child.nodeType === Node.TEXT_NODE)
        .map(child => child.textContent?.trim())
        .join('');
      // A control that is switched off need not stand out.
      if (text !== '' && !node.matches(':disabled')) {
        const ground = behind(node);
        const ink = over(parse(getComputedStyle(node).color), ground);
        const [dark, light] = [luminance(ground), luminance(ink)].sort(
          (a, b) => a - b
        );
        const ratio = (light + 0.05) / (dark + 0.05);
        judged += 1;
        if (ratio < 4.5) {
          poor.push(`${ratio.toFixed(2)}: ${node.className} ${text}`);
        }
      }
    }
    return { judged, poor };
  }, OURS);
}

async function look(page: Page): Promise<void> {
  expect(await findings(page)).toEqual([]);
  const { judged, poor } = await contrasts(page);
  expect(judged).toBeGreaterThan(4);
  expect(poor).toEqual([]);
}

/** Looks at everything that can be seen on the way of a suggestion. */
async function lookAtAll(notebook: NotebookPage): Promise<void> {
  const { page } = notebook;
  await notebook.answerWith(ORDER, MOVED, SURE);
  await notebook.command('cellorder:show-list');
  await look(page);
  await notebook.suggest();
  await notebook.tick('m2').click();
  await notebook.row('h2a').focus();
  await expect(notebook.slots).toHaveCount(3);
  await look(page);
  await notebook.row('m1').hover();
  await notebook.button('Apply ticked (3)').click();
  await expect(notebook.panel).toContainText('3 moves applied.');
  await look(page);
  await notebook.button('Discard').click();
  await page.unrouteAll();
  await notebook.failWith('suggest', 503, { reason: 'busy' });
  await notebook.toolbarButton.click();
  await expect(notebook.panel.locator('[data-kind=error]')).toBeVisible();
  await look(page);
}

for (const theme of ['Light', 'Dark', 'Dark High Contrast']) {
  test(`axe-core finds nothing serious: ${theme} theme`, async ({ page }) => {
    const clear = setSettings('@jupyterlab/apputils-extension:themes', {
      theme: `JupyterLab ${theme}`
    });
    try {
      write('axe.ipynb', madeOf(IDS));
      const lab = await openLab(page);
      await lab.open('axe.ipynb');
      await lookAtAll(lab);
    } finally {
      clear();
    }
  });
}

test('axe-core finds nothing serious: Notebook 7', async ({ page }) => {
  write('axe7.ipynb', madeOf(IDS));
  await lookAtAll(await openNotebook(page, 'notebooks/axe7.ipynb'));
});

test('at 200 % zoom everything is there, without scrolling sideways', async ({
  browser,
  baseURL
}) => {
  // What a window of 1280 by 800 has left at 200 %.
  const context = await browser.newContext({
    baseURL,
    viewport: { width: 640, height: 400 },
    deviceScaleFactor: 2
  });
  const page = await context.newPage();
  write('zoom.ipynb', madeOf(IDS));
  const lab = await openLab(page);
  await lab.command('application:toggle-left-area');
  await lab.open('zoom.ipynb');
  await lab.answerWith(ORDER, MOVED, SURE);
  await lab.suggest();
  for (const part of ['#jp-cellorder-panel', '.jp-CellOrder-banner']) {
    const { over, cut } = await page
      .locator(part)
      .filter({ visible: true })
      .evaluate(node => ({
        over: node.scrollWidth - node.clientWidth,
        cut: [...node.querySelectorAll('button, [role=option]')].filter(
          button => {
            const inner = button.getBoundingClientRect();
            const outer = node.getBoundingClientRect();
            return (
              button.checkVisibility() &&
              (inner.left < outer.left || inner.right > outer.right + 1)
            );
          }
        ).length
      }));
    expect({ part, over, cut }).toEqual({ part, over: 0, cut: 0 });
  }
  // The banner is as high as what it says, once the page has come to rest.
  await settled(page);
  const [banner, content] = await Promise.all([
    lab.banner.boundingBox(),
    page.locator('.jp-CellOrder-bannerContent').boundingBox()
  ]);
  expect(
    Math.abs((banner?.height ?? 0) - (content?.height ?? 99))
  ).toBeLessThan(2);
  await lab.row('h2a').focus();
  await page.keyboard.press('Space');
  await lab.button('Apply ticked (2)').click();
  await expect(lab.panel).toContainText('2 moves applied.');
  await context.close();
});

test('the same answer, asked for again, is read out again', async ({ lab }) => {
  write('twice.ipynb', madeOf(IDS));
  await lab.open('twice.ipynb');
  await lab.answerWith(IDS, []);
  await lab.suggest();
  const live = lab.page.locator('[role=status].jp-CellOrder-announcer');
  const sentence = 'Every markdown cell seems to stand in its place.';
  await expect(live).toHaveText(sentence);
  const heard = await live.evaluateHandle(node => {
    const texts: (string | null)[] = [];
    new MutationObserver(() => texts.push(node.textContent)).observe(node, {
      childList: true
    });
    return texts;
  });
  await lab.toolbarButton.click();
  await expect
    .poll(() => heard.evaluate(texts => texts[texts.length - 1]))
    .toBe(sentence);
  await expect(lab.banner.locator('[data-again="1"]')).toHaveText(sentence);
});

test('what happens is read out, once, and names are complete', async ({
  lab
}) => {
  write('spoken.ipynb', madeOf(IDS));
  await lab.open('spoken.ipynb');
  await lab.answerWith(ORDER, MOVED, SURE);
  await lab.suggest();
  const live = lab.page.locator('[role=status].jp-CellOrder-announcer');
  await expect(live).toHaveText('4 cells seem to stand in the wrong place.');
  await expect(
    lab.panel.getByRole('option', {
      name: /^Heading h2a and 1 cell under it, from after .* to before .*, perhaps$/
    })
  ).toBeVisible();
  await expect(lab.panel.getByRole('listbox', { name: 'Moves' })).toBeVisible();
  await lab.button('Apply all').click();
  await expect(live).toHaveText('4 moves applied.');
  expect(
    await lab.page
      .locator(
        '#jp-cellorder-panel [aria-live], .jp-CellOrder-banner [aria-live]'
      )
      .count()
  ).toBe(0);
});
