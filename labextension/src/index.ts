import {
  JupyterFrontEnd,
  JupyterFrontEndPlugin
} from '@jupyterlab/application';
import { INotebookTracker } from '@jupyterlab/notebook';

const plugin: JupyterFrontEndPlugin<void> = {
  id: 'jupyter-cellorder:plugin',
  description: 'Suggests where the markdown cells of a notebook belong.',
  autoStart: true,
  requires: [INotebookTracker],
  activate: (app: JupyterFrontEnd, tracker: INotebookTracker) => {
    app.commands.addCommand('cellorder:suggest', {
      label: 'Suggest order',
      isEnabled: () => tracker.currentWidget !== null,
      execute: () => undefined
    });
  }
};

export default plugin;
