import {
  expect,
  test as base,
  type Locator,
  type Page,
  type Request,
  type Response
} from '@playwright/test';
import type { JupyterFrontEnd } from '@jupyterlab/application';
import type { MarkdownCell } from '@jupyterlab/cells';
import type { NotebookPanel } from '@jupyterlab/notebook';

declare global {
  // eslint-disable-next-line @typescript-eslint/naming-convention -- the browser's own name
  interface Window {
    jupyterapp: JupyterFrontEnd;
  }
}

export interface IAnswer {
  order: string[];
  moves: { cell: string; from: number; to: number; confidence: number }[];
  notice: string | null;
}

export interface IQuestion {
  mode: string;
  keep_markdown_order: boolean;
  eagerness: string;
  cells: { id: string; cell_type: string; source: string; pinned: boolean }[];
  selected: string[];
}

/** What a test does with one open notebook, in JupyterLab or in Notebook. */
export class NotebookPage {
  constructor(readonly page: Page) {}

  get panel(): Locator {
    return this.page.locator('#jp-cellorder-panel');
  }

  get moves(): Locator {
    return this.panel.locator('.jp-CellOrder-move');
  }

  /** The row whose first cell has this id. */
  row(id: string): Locator {
    return this.panel.locator(`.jp-CellOrder-move[data-cell-id="${id}"]`);
  }

  /** The tick box of a row. */
  tick(id: string): Locator {
    return this.row(id).locator('.jp-CellOrder-tick');
  }

  /** The banner above the notebook in front. */
  get banner(): Locator {
    return this.page.locator('.jp-CellOrder-banner').filter({ visible: true });
  }

  /** The slots in the notebook that are drawn now. */
  get slots(): Locator {
    return this.page
      .locator('.jp-CellOrder-slots > span')
      .filter({ visible: true });
  }

  /** The text of each cell in the panel's list, with its status. */
  async statuses(): Promise<Record<string, string>> {
    return Object.fromEntries(
      await this.moves.evaluateAll(items =>
        (items as HTMLElement[]).map(({ dataset }) => [
          dataset.cellId ?? '',
          dataset.status ?? ''
        ])
      )
    );
  }

  button(name: string): Locator {
    return this.panel.getByRole('button', { name, exact: true });
  }

  get toolbarButton(): Locator {
    return this.page
      .locator('[data-command="cellorder:suggest"]')
      .filter({ visible: true });
  }

  /** Opens a notebook in a running JupyterLab; without a kernel, which these tests do not need. */
  async open(path: string): Promise<void> {
    await this.page.evaluate(async path => {
      const { commands, shell } = window.jupyterapp;
      const widget = (await commands.execute('docmanager:open', {
        path,
        factory: 'Notebook',
        kernelPreference: { shouldStart: false, canStart: false }
      })) as NotebookPanel;
      await widget.context.ready;
      shell.activateById(widget.id);
    }, path);
    await expect(this.toolbarButton).toBeVisible();
  }

  /** Closes the notebook in front without asking whether to save it. */
  async close(): Promise<void> {
    await this.page.evaluate(() => {
      const { commands, shell } = window.jupyterapp;
      void commands.execute('cellorder:discard').catch(() => undefined);
      shell.currentWidget?.dispose();
    });
  }

  /** Runs a command of the application. */
  async command(id: string, args: Record<string, string> = {}): Promise<void> {
    await this.page.evaluate(
      async ([id, args]) => {
        await window.jupyterapp.commands.execute(id, args);
      },
      [id, args] as const
    );
  }

  /** Saves the notebook in front. */
  async save(): Promise<void> {
    await this.page.evaluate(() =>
      (window.jupyterapp.shell.currentWidget as NotebookPanel).context.save()
    );
  }

  /** The ids of the cells in their present order, from the shared model. */
  order(): Promise<string[]> {
    return this.page.evaluate(() => {
      const panel = window.jupyterapp.shell.currentWidget as NotebookPanel;
      return (panel.model?.sharedModel.cells ?? []).map(cell => cell.getId());
    });
  }

  /** The ids of the cells that the notebook shows, in the order of their widgets. */
  shownOrder(): Promise<string[]> {
    return this.page.evaluate(() => {
      const panel = window.jupyterapp.shell.currentWidget as NotebookPanel;
      return panel.content.widgets
        .filter(cell => !cell.isHidden)
        .map(cell => cell.model.id);
    });
  }

  /** What of the view a move could disturb. */
  view(): Promise<{
    active: string;
    selected: string[];
    unrendered: string[];
  }> {
    return this.page.evaluate(() => {
      const { content } = window.jupyterapp.shell
        .currentWidget as NotebookPanel;
      return {
        active: content.activeCell?.model.id ?? '',
        selected: content.widgets
          .filter(cell => content.isSelected(cell))
          .map(cell => cell.model.id),
        unrendered: content.widgets
          .filter(
            cell =>
              cell.model.type === 'markdown' && !(cell as MarkdownCell).rendered
          )
          .map(cell => cell.model.id)
      };
    });
  }

  /** Changes the text of a cell, as the author would. */
  async edit(id: string, source: string): Promise<void> {
    await this.page.evaluate(
      ([id, source]) => {
        const panel = window.jupyterapp.shell.currentWidget as NotebookPanel;
        panel.model?.sharedModel.cells
          .find(cell => cell.getId() === id)
          ?.setSource(source);
      },
      [id, source] as const
    );
  }

  /** Selects the cells from one to another; the latter becomes the active one. */
  async select(from: string, to: string): Promise<void> {
    await this.page.evaluate(
      ([from, to]) => {
        const { content } = window.jupyterapp.shell
          .currentWidget as NotebookPanel;
        const index = (id: string) =>
          content.widgets.findIndex(cell => cell.model.id === id);
        content.activeCellIndex = index(from);
        if (from !== to) {
          content.extendContiguousSelectionTo(index(to));
        }
      },
      [from, to] as const
    );
  }

  /** Clicks the button in the toolbar and returns the server's answer. */
  async suggest(): Promise<IAnswer> {
    const answered = this.answered();
    await this.toolbarButton.click();
    return (await (await answered).json()) as IAnswer;
  }

  answered(): Promise<Response> {
    return this.page.waitForResponse('**/cellorder/suggest*');
  }

  /** Lets the server's answer move the given cells, whatever the model would say. */
  async answerWith(
    order: readonly string[],
    moved: readonly string[],
    confidences: Readonly<Record<string, number>> = {}
  ): Promise<void> {
    await this.page.route('**/cellorder/suggest*', route =>
      route.fulfill({
        json: answerTo(route.request(), order, moved, confidences)
      })
    );
  }

  /** Answers one of the two requests with a failure. */
  async failWith(
    endpoint: 'health' | 'suggest',
    status: number,
    json: object,
    headers: Record<string, string> = {}
  ): Promise<void> {
    await this.page.route(`**/cellorder/${endpoint}*`, route =>
      route.fulfill({ status, json, headers })
    );
  }
}

/** The question that a request asks. */
export function question(request: Request): IQuestion {
  return request.postDataJSON() as IQuestion;
}

/** An answer that puts the cells in this order by the given moves. */
export function answerTo(
  request: Request,
  order: readonly string[],
  moved: readonly string[],
  confidences: Readonly<Record<string, number>> = {}
): object {
  const { mode, cells } = question(request);
  return {
    api_version: 1,
    mode,
    bundle: 'test',
    order,
    moves: order
      .filter(id => moved.includes(id))
      .map(id => ({
        cell: id,
        from: cells.findIndex(cell => cell.id === id),
        to: order.indexOf(id),
        gain: 1,
        confidence: confidences[id] ?? 0.8
      })),
    notice: moved.length > 0 ? null : 'in-order',
    seconds: 0
  };
}

/** Opens JupyterLab with nothing in it. */
export async function openLab(page: Page): Promise<NotebookPage> {
  await page.goto('lab?reset');
  await page.waitForFunction(
    () => window.jupyterapp?.commands.hasCommand('cellorder:suggest') ?? false
  );
  await page.evaluate(() => window.jupyterapp.restored);
  return new NotebookPage(page);
}

/** Opens a page on a notebook, and waits until its kernel has said what language it speaks. */
export async function openNotebook(
  page: Page,
  url: string
): Promise<NotebookPage> {
  await page.goto(url);
  const notebook = new NotebookPage(page);
  await expect(notebook.toolbarButton).toBeVisible();
  await page.waitForFunction(() => {
    const panel = window.jupyterapp.shell.currentWidget as NotebookPanel;
    const info = panel.model?.getMetadata('language_info') as
      { version?: string } | undefined;
    return info?.version !== undefined;
  });
  return notebook;
}

/** Tests that share one JupyterLab, which takes seconds to load; each opens its own notebook. */
export const test = base.extend<{ lab: NotebookPage }, { sharedLab: Page }>({
  sharedLab: [
    async ({ browser }, use, workerInfo) => {
      const { baseURL, viewport } = workerInfo.project.use;
      const page = await browser.newPage({ baseURL, viewport });
      await openLab(page);
      await use(page);
      await page.close();
    },
    { scope: 'worker' }
  ],
  lab: async ({ sharedLab }, use) => {
    const lab = new NotebookPage(sharedLab);
    await use(lab);
    await sharedLab.unrouteAll({ behavior: 'ignoreErrors' });
    await lab.close();
  }
});

export { expect };
