import type { JupyterFrontEndPlugin } from '@jupyterlab/application';
import { ICommandPalette } from '@jupyterlab/apputils';
import { ITranslator, nullTranslator } from '@jupyterlab/translation';
import { CommandIDs, IPreviews } from '../tokens';

/** Lists the commands in the command palette, where there is one. */
export const palettePlugin: JupyterFrontEndPlugin<void> = {
  id: 'jupyter-cellorder:palette',
  description: 'Adds the commands of Cell Order to the command palette.',
  autoStart: true,
  requires: [IPreviews, ICommandPalette],
  optional: [ITranslator],
  activate: (
    _app,
    _previews: IPreviews,
    palette: ICommandPalette,
    translator: ITranslator | null
  ) => {
    const trans = (translator ?? nullTranslator).load('jupyter_cellorder');
    const category = trans.__('Cell Order');
    for (const command of Object.values(CommandIDs)) {
      palette.addItem({ command, category });
    }
  }
};
