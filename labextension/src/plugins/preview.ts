import type { JupyterFrontEndPlugin } from '@jupyterlab/application';
import { INotebookTracker } from '@jupyterlab/notebook';
import { ISettingRegistry } from '@jupyterlab/settingregistry';
import { Preferences } from '../preferences';
import { Previews } from '../previews';
import { ICellOrder, IPreviews } from '../tokens';
import { corePlugin } from './core';

/** Keeps what is shown of each suggestion, by the choices in the settings. */
export const previewPlugin: JupyterFrontEndPlugin<IPreviews> = {
  id: 'jupyter-cellorder:preview',
  description: 'Prepares suggestions for being shown.',
  autoStart: true,
  provides: IPreviews,
  requires: [ICellOrder, INotebookTracker],
  optional: [ISettingRegistry],
  activate: (
    _app,
    cellOrder: ICellOrder,
    tracker: INotebookTracker,
    settings: ISettingRegistry | null
  ) => {
    const preferences = new Preferences();
    if (settings !== null) {
      void preferences.follow(settings, corePlugin.id);
    }
    return new Previews(cellOrder, tracker, preferences);
  }
};
