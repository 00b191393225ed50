import type { ISettingRegistry } from '@jupyterlab/settingregistry';
import { Signal, type ISignal } from '@lumino/signaling';
import type { Eagerness, Mode } from './tokens';

const DEFAULTS = {
  defaultMode: 'review' as Mode,
  eagerness: 'balanced' as Eagerness,
  keepMarkdownOrder: false,
  showBanner: true,
  openPanel: true
};

/** What the author chose in the settings; their schema says what each choice means. */
export class Preferences {
  get changed(): ISignal<this, void> {
    return this._changed;
  }

  /** What the button in the toolbar asks. */
  get defaultMode(): Mode {
    return this._values.defaultMode;
  }

  /** How sure a move of a check must be. */
  get eagerness(): Eagerness {
    return this._values.eagerness;
  }

  get keepMarkdownOrder(): boolean {
    return this._values.keepMarkdownOrder;
  }

  get showBanner(): boolean {
    return this._values.showBanner;
  }

  /** Whether the panel opens with every question; without a banner it has to. */
  get openPanel(): boolean {
    return this._values.openPanel || !this._values.showBanner;
  }

  /** Takes the choices from the settings, now and whenever they change. */
  async follow(registry: ISettingRegistry, plugin: string): Promise<void> {
    const settings = await registry.load(plugin);
    const read = () => {
      // The registry has held them against the schema.
      this.set(settings.composite as Partial<typeof DEFAULTS>);
    };
    settings.changed.connect(read);
    read();
  }

  set(values: Partial<typeof DEFAULTS>): void {
    this._values = { ...DEFAULTS, ...values };
    this._changed.emit();
  }

  private _values = DEFAULTS;
  private _changed = new Signal<this, void>(this);
}
