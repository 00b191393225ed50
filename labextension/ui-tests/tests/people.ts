import type { NotebookPanel } from '@jupyterlab/notebook';
import type { Browser, Page } from '@playwright/test';
import { NotebookPage, openLab } from './lab';

/** Somebody at a shared document, who can be cut off from the others for a while. */
export class Person {
  private constructor(readonly lab: NotebookPage) {}

  /** Opens JupyterLab in a browser of one's own. */
  static async arrive(browser: Browser, baseURL: string): Promise<Person> {
    const context = await browser.newContext({ baseURL });
    const page = await context.newPage();
    const person = new Person(new NotebookPage(page));
    await page.routeWebSocket(/api\/collaboration\/room/, socket => {
      const server = socket.connectToServer();
      const pass = (send: () => void) => {
        if (person.away) {
          person.held.push(send);
        } else {
          send();
        }
      };
      socket.onMessage(message => pass(() => server.send(message)));
      server.onMessage(message => pass(() => socket.send(message)));
    });
    await openLab(page);
    return person;
  }

  get page(): Page {
    return this.lab.page;
  }

  /** Hears nothing of the others, and they nothing of this one. */
  leave(): void {
    this.away = true;
  }

  /** Hears all that was missed, and is heard. */
  comeBack(): void {
    this.away = false;
    this.held.splice(0).forEach(send => send());
  }

  /** Types at the end of a cell, letter by letter. */
  async type(id: string, text: string): Promise<void> {
    await this.page.evaluate(
      ([id, text]) => {
        const { content } = window.jupyterapp.shell
          .currentWidget as NotebookPanel;
        const cell = content.widgets.find(cell => cell.model.id === id);
        for (const letter of text) {
          const { sharedModel } = cell?.model ?? {};
          const end = sharedModel?.getSource().length ?? 0;
          sharedModel?.updateSource(end, end, letter);
        }
      },
      [id, text] as const
    );
  }

  /** The text of each cell; cells with the same id are told apart. */
  sources(): Promise<string[]> {
    return this.page.evaluate(() => {
      const panel = window.jupyterapp.shell.currentWidget as NotebookPanel;
      return (panel.model?.sharedModel.cells ?? []).map(
        cell => `${cell.getId()}: ${cell.getSource()}`
      );
    });
  }

  async close(): Promise<void> {
    await this.page.context().close();
  }

  private away = false;
  private readonly held: (() => void)[] = [];
}
