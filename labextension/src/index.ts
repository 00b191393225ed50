import type { JupyterFrontEndPlugin } from '@jupyterlab/application';
import { commandsPlugin } from './plugins/commands';
import { corePlugin } from './plugins/core';
import { notebookPlugin } from './plugins/notebook';
import { palettePlugin } from './plugins/palette';
import { panelPlugin } from './plugins/panel';
import { previewPlugin } from './plugins/preview';
import type {
  ICellOrder as ICellOrderType,
  IPreviews as IPreviewsType
} from './tokens';

export { CommandIDs, ICellOrder, IPreviews } from './tokens';

const plugins: (
  | JupyterFrontEndPlugin<ICellOrderType>
  | JupyterFrontEndPlugin<IPreviewsType>
  | JupyterFrontEndPlugin<void>
)[] = [
  corePlugin,
  previewPlugin,
  commandsPlugin,
  notebookPlugin,
  panelPlugin,
  palettePlugin
];

export default plugins;
