import type { JupyterFrontEndPlugin } from '@jupyterlab/application';
import { Dialog, showDialog } from '@jupyterlab/apputils';
import { INotebookTracker } from '@jupyterlab/notebook';
import { ITranslator, nullTranslator } from '@jupyterlab/translation';
import { orderIcon } from '../icon';
import { PANEL_ID } from '../panel';
import { CommandIDs, ICellOrder, type Mode } from '../tokens';

/** The commands; each works on the notebook in front. */
export const commandsPlugin: JupyterFrontEndPlugin<void> = {
  id: 'jupyter-cellorder:commands',
  description: 'The commands that suggest, apply and discard an order.',
  autoStart: true,
  requires: [ICellOrder, INotebookTracker],
  optional: [ITranslator],
  activate: (
    app,
    cellOrder: ICellOrder,
    tracker: INotebookTracker,
    translator: ITranslator | null
  ) => {
    const { commands, shell } = app;
    const trans = (translator ?? nullTranslator).load('jupyter_cellorder');
    const hasNotebook = () => tracker.currentWidget !== null;

    const selectedMarkdown = (): string[] => {
      const content = tracker.currentWidget?.content;
      return (content?.widgets ?? [])
        .filter(
          cell =>
            cell.model.type === 'markdown' && content?.isSelectedOrActive(cell)
        )
        .map(cell => cell.model.id);
    };

    const suggest = async (mode: Mode, selected: string[] = []) => {
      const panel = tracker.currentWidget;
      if (panel === null) {
        return;
      }
      shell.activateById(PANEL_ID);
      await panel.context.ready;
      await cellOrder.modelFor(panel).suggest({
        mode,
        keepMarkdownOrder: mode !== 'review' && cellOrder.keepMarkdownOrder,
        selected
      });
    };

    commands.addCommand(CommandIDs.suggest, {
      label: trans.__('Suggest Order of Markdown Cells'),
      caption: trans.__(
        'Find the markdown cells that seem to stand in the wrong place'
      ),
      icon: orderIcon,
      isEnabled: hasNotebook,
      execute: () => suggest('review')
    });
    commands.addCommand(CommandIDs.placeSelected, {
      label: trans.__('Place Selected Markdown Cells'),
      caption: trans.__(
        'Find the place of the selected markdown cells among the others'
      ),
      isEnabled: () => selectedMarkdown().length > 0,
      execute: () => suggest('selected', selectedMarkdown())
    });
    commands.addCommand(CommandIDs.orderAll, {
      label: trans.__('Order All Markdown Cells Anew…'),
      caption: trans.__(
        'Place every markdown cell among the code, whatever its present place'
      ),
      isEnabled: hasNotebook,
      execute: async () => {
        const { button } = await showDialog({
          title: trans.__('Order all markdown cells anew?'),
          body: trans.__(
            'This ignores where the markdown cells stand now, so it suits a notebook whose order is lost. You see every move before anything changes.'
          ),
          buttons: [
            Dialog.cancelButton(),
            Dialog.okButton({ label: trans.__('Suggest') })
          ]
        });
        if (button.accept) {
          await suggest('all');
        }
      }
    });
    commands.addCommand(CommandIDs.applyAll, {
      label: trans.__('Apply the Suggested Order'),
      isEnabled: () => cellOrder.current?.canApply ?? false,
      execute: () => cellOrder.current?.apply()
    });
    commands.addCommand(CommandIDs.undo, {
      label: trans.__('Undo the Suggested Order'),
      isEnabled: () => cellOrder.current?.canUndo ?? false,
      execute: () => cellOrder.current?.undo()
    });
    commands.addCommand(CommandIDs.discard, {
      label: trans.__('Discard the Suggested Order'),
      isEnabled: () => cellOrder.current?.state.kind === 'suggestion',
      execute: () => cellOrder.current?.discard()
    });
  }
};
