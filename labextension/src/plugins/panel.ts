import type { JupyterFrontEndPlugin } from '@jupyterlab/application';
import { ILayoutRestorer } from '@jupyterlab/application';
import { showErrorMessage } from '@jupyterlab/apputils';
import { INotebookTracker } from '@jupyterlab/notebook';
import { ITranslator, nullTranslator } from '@jupyterlab/translation';
import { Announcer } from '../announcer';
import { CellOrderPanel } from '../panel';
import { CommandIDs, IPreviews, type Mode } from '../tokens';

const COMMANDS: Readonly<Record<Mode, string>> = {
  review: CommandIDs.check,
  selected: CommandIDs.placeSelected,
  all: CommandIDs.orderAll
};

/** The panel in the right sidebar, in JupyterLab and Notebook alike. */
export const panelPlugin: JupyterFrontEndPlugin<void> = {
  id: 'jupyter-cellorder:panel',
  description: 'Lists the moves of a suggestion in the right sidebar.',
  autoStart: true,
  requires: [IPreviews, INotebookTracker],
  optional: [ITranslator, ILayoutRestorer],
  activate: (
    app,
    previews: IPreviews,
    tracker: INotebookTracker,
    translator: ITranslator | null,
    restorer: ILayoutRestorer | null
  ) => {
    const trans = (translator ?? nullTranslator).load('jupyter_cellorder');
    const onError = (error: unknown) =>
      void showErrorMessage(trans.__('Cell Order failed'), String(error));
    const panel = new CellOrderPanel({
      trans,
      onAsk: mode => void app.commands.execute(COMMANDS[mode]).catch(onError),
      onLeave: () => {
        if (tracker.currentWidget !== null) {
          app.shell.activateById(tracker.currentWidget.id);
        }
      },
      onError
    });
    const announcer = new Announcer(trans);
    const follow = () => {
      panel.preview = previews.current;
      announcer.preview = previews.current;
    };
    tracker.currentChanged.connect(follow);
    follow();
    app.shell.add(panel, 'right', { rank: 900 });
    restorer?.add(panel, panel.id);
  }
};
