import type { JupyterFrontEndPlugin } from '@jupyterlab/application';
import { ILayoutRestorer } from '@jupyterlab/application';
import { showErrorMessage } from '@jupyterlab/apputils';
import { INotebookTracker } from '@jupyterlab/notebook';
import { ITranslator, nullTranslator } from '@jupyterlab/translation';
import { CellOrderPanel } from '../panel';
import { CommandIDs, ICellOrder } from '../tokens';

/** The panel in the right sidebar, in JupyterLab and Notebook alike. */
export const panelPlugin: JupyterFrontEndPlugin<void> = {
  id: 'jupyter-cellorder:panel',
  description: 'Lists the moves of a suggestion in the right sidebar.',
  autoStart: true,
  requires: [ICellOrder, INotebookTracker],
  optional: [ITranslator, ILayoutRestorer],
  activate: (
    app,
    cellOrder: ICellOrder,
    tracker: INotebookTracker,
    translator: ITranslator | null,
    restorer: ILayoutRestorer | null
  ) => {
    const trans = (translator ?? nullTranslator).load('jupyter_cellorder');
    const onError = (error: unknown) =>
      void showErrorMessage(trans.__('Cell Order failed'), String(error));
    const panel = new CellOrderPanel({
      trans,
      onSuggest: () =>
        void app.commands.execute(CommandIDs.suggest).catch(onError),
      onError
    });
    const follow = () => {
      panel.model = cellOrder.current;
    };
    tracker.currentChanged.connect(follow);
    follow();
    app.shell.add(panel, 'right', { rank: 900 });
    restorer?.add(panel, panel.id);
  }
};
