import type { JupyterFrontEndPlugin } from '@jupyterlab/application';
import { showErrorMessage } from '@jupyterlab/apputils';
import { INotebookTracker, type NotebookPanel } from '@jupyterlab/notebook';
import { ITranslator, nullTranslator } from '@jupyterlab/translation';
import { Banner } from '../banner';
import { Ghosts } from '../ghosts';
import { CommandIDs, IPreviews } from '../tokens';

/** The banner above each notebook and the slots in it. */
export const notebookPlugin: JupyterFrontEndPlugin<void> = {
  id: 'jupyter-cellorder:notebook',
  description: 'Shows suggestions in the notebooks themselves.',
  autoStart: true,
  requires: [IPreviews, INotebookTracker],
  optional: [ITranslator],
  activate: (
    app,
    previews: IPreviews,
    tracker: INotebookTracker,
    translator: ITranslator | null
  ) => {
    const trans = (translator ?? nullTranslator).load('jupyter_cellorder');
    const equip = (panel: NotebookPanel) => {
      const preview = previews.previewFor(panel);
      const ghosts = new Ghosts(panel.content, preview, trans);
      const banner = new Banner({
        panel,
        preview,
        preferences: previews.preferences,
        trans,
        onReview: () => void app.commands.execute(CommandIDs.showList),
        onLeave: () => app.shell.activateById(panel.id),
        onError: error =>
          void showErrorMessage(trans.__('Cell Order failed'), String(error))
      });
      panel.disposed.connect(() => {
        ghosts.dispose();
        banner.dispose();
      });
    };
    tracker.forEach(equip);
    tracker.widgetAdded.connect((_, panel) => equip(panel));
  }
};
