import type { NotebookPanel } from '@jupyterlab/notebook';
import type { Page } from '@playwright/test';

/** Where a cell of the notebook in front is on the screen; null when it is not drawn. */
export function topOf(page: Page, id: string): Promise<number | null> {
  return page.evaluate(id => {
    const { content } = window.jupyterapp.shell.currentWidget as NotebookPanel;
    const cell = content.widgets.find(cell => cell.model.id === id);
    return cell?.node.isConnected === true
      ? cell.node.getBoundingClientRect().top
      : null;
  }, id);
}

/** The cells of the notebook in front that begin on the screen, in order. */
export function onScreen(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const { content } = window.jupyterapp.shell.currentWidget as NotebookPanel;
    const frame = content.outerNode.getBoundingClientRect();
    return content.widgets
      .filter(cell => {
        const { top } = cell.node.getBoundingClientRect();
        return (
          cell.inViewport &&
          cell.node.isConnected &&
          top >= frame.top &&
          top < frame.bottom
        );
      })
      .map(cell => cell.model.id);
  });
}

/** Scrolls the notebook in front so that a cell is at the top, and waits until nothing moves any more. */
export async function scrollTo(page: Page, id: string): Promise<void> {
  await page.evaluate(async id => {
    const { content } = window.jupyterapp.shell.currentWidget as NotebookPanel;
    const index = content.widgets.findIndex(cell => cell.model.id === id);
    await content.scrollToItem(index, 'start');
  }, id);
  await settled(page);
}

/**
 * Waits until the notebook in front and its cells have kept their places for half a second, frame by frame: for a
 * while after it scrolled JupyterLab may place its cells anew in every frame.
 */
export async function settled(page: Page): Promise<void> {
  await page.evaluate(async () => {
    const { content } = window.jupyterapp.shell.currentWidget as NotebookPanel;
    const { outerNode } = content;
    const now = () =>
      [
        outerNode.scrollTop,
        outerNode.scrollHeight,
        outerNode.getBoundingClientRect().top,
        ...content.widgets
          .filter(({ node }) => node.isConnected)
          .map(({ node }) => Math.round(node.getBoundingClientRect().top))
      ].join(' ');
    let last = now();
    let calmSince = performance.now();
    while (performance.now() - calmSince < 500) {
      await new Promise(requestAnimationFrame);
      const place = now();
      if (place !== last) {
        last = place;
        calmSince = performance.now();
      }
    }
  });
}

/** The ids of those cells of the notebook in front that are trusted. */
export function trusted(page: Page): Promise<string[]> {
  return page.evaluate(() =>
    (window.jupyterapp.shell.currentWidget as NotebookPanel).content.widgets
      .filter(cell => cell.model.trusted)
      .map(cell => cell.model.id)
  );
}
