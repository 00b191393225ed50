import type { JupyterFrontEnd } from '@jupyterlab/application';
import { Clipboard, Notification } from '@jupyterlab/apputils';
import { URLExt } from '@jupyterlab/coreutils';
import type { TranslationBundle } from '@jupyterlab/translation';
import type { IPage } from './model';

/** The page that JupyterLab or Notebook runs in. */
export class Page implements IPage {
  constructor(
    private readonly app: JupyterFrontEnd,
    private readonly trans: TranslationBundle
  ) {}

  reload(): void {
    // The application itself asks before unsaved changes are dropped.
    window.location.reload();
  }

  logIn(): void {
    // In a page of its own: leaving this one would drop what is not saved.
    const { baseUrl } = this.app.serviceManager.serverSettings;
    window.open(URLExt.join(baseUrl, 'login'), '_blank', 'noopener');
  }

  async saveCopy(): Promise<void> {
    await this.app.commands.execute('docmanager:save-as');
  }

  async copy(text: string): Promise<void> {
    Clipboard.copyToSystem(text);
    Notification.success(this.trans.__('Copied: %1', text), {
      autoClose: 5000
    });
  }
}
