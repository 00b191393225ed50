import type { JupyterFrontEndPlugin } from '@jupyterlab/application';
import { INotebookTracker } from '@jupyterlab/notebook';
import { ITranslator, nullTranslator } from '@jupyterlab/translation';
import { CellOrderApi } from '../api';
import { CellOrderManager } from '../manager';
import { Page } from '../page';
import { ICellOrder } from '../tokens';

/** Keeps the suggestions of the open notebooks; the schema of this plugin holds buttons, menus and settings. */
export const corePlugin: JupyterFrontEndPlugin<ICellOrder> = {
  id: 'jupyter-cellorder:plugin',
  description: 'Suggests where the markdown cells of a notebook belong.',
  autoStart: true,
  provides: ICellOrder,
  requires: [INotebookTracker],
  optional: [ITranslator],
  activate: (
    app,
    tracker: INotebookTracker,
    translator: ITranslator | null
  ) => {
    const trans = (translator ?? nullTranslator).load('jupyter_cellorder');
    const api = new CellOrderApi(app.serviceManager.serverSettings, trans);
    const page = new Page(app, trans);
    return new CellOrderManager(tracker, api, page, trans);
  }
};
