import type { TranslationBundle } from '@jupyterlab/translation';
import type { Preview } from './preview';
import { spoken } from './sentences';

/** Reads out what is shown of the notebook in front, wherever it is shown. */
export class Announcer {
  constructor(private readonly trans: TranslationBundle) {
    this.node.className = 'jp-CellOrder-announcer';
    this.node.setAttribute('role', 'status');
    this.node.setAttribute('aria-live', 'polite');
    document.body.append(this.node);
  }

  set preview(preview: Preview | null) {
    if (preview !== this._preview) {
      this._preview?.changed.disconnect(this.announce, this);
      this._preview = preview;
      preview?.changed.connect(this.announce, this);
      // Another notebook in front is no news.
      this.node.textContent = '';
    }
  }

  private announce(): void {
    const text = this._preview ? spoken(this._preview, this.trans) : '';
    if (this.node.textContent !== text) {
      this.node.textContent = text;
    }
  }

  private readonly node = document.createElement('div');
  private _preview: Preview | null = null;
}
