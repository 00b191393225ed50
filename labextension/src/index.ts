import type { JupyterFrontEndPlugin } from '@jupyterlab/application';
import { commandsPlugin } from './plugins/commands';
import { corePlugin } from './plugins/core';
import { palettePlugin } from './plugins/palette';
import { panelPlugin } from './plugins/panel';
import type { ICellOrder as ICellOrderType } from './tokens';

export { CommandIDs, ICellOrder } from './tokens';

const plugins: (
  JupyterFrontEndPlugin<ICellOrderType> | JupyterFrontEndPlugin<void>
)[] = [corePlugin, commandsPlugin, panelPlugin, palettePlugin];

export default plugins;
