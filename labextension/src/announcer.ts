import type { TranslationBundle } from '@jupyterlab/translation';
import type { Preview } from './preview';
import { spoken } from './sentences';
import type { State } from './state';

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
      this._state = preview?.state ?? null;
      cancelAnimationFrame(this._frame);
      this.node.textContent = '';
    }
  }

  private announce(): void {
    const preview = this._preview;
    const text = preview ? spoken(preview, this.trans) : '';
    const state = preview?.state ?? null;
    // Asked again and answered with the same: only what changes is read out.
    const again =
      state !== this._state &&
      (state?.kind === 'notice' || state?.kind === 'error');
    this._state = state;
    cancelAnimationFrame(this._frame);
    if (this.node.textContent !== text) {
      this.node.textContent = text;
    } else if (again) {
      this.node.textContent = '';
      this._frame = requestAnimationFrame(() => {
        this.node.textContent = text;
      });
    }
  }

  private readonly node = document.createElement('div');
  private _frame = 0;
  private _preview: Preview | null = null;
  private _state: State | null = null;
}
