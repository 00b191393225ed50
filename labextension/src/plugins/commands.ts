import type { JupyterFrontEndPlugin } from '@jupyterlab/application';
import { Dialog, showDialog } from '@jupyterlab/apputils';
import { INotebookTracker } from '@jupyterlab/notebook';
import { ITranslator, nullTranslator } from '@jupyterlab/translation';
import { orderIcon } from '../icon';
import { focusPanel, PANEL_ID } from '../panel';
import { CommandIDs, IPreviews, type Mode } from '../tokens';

/** The commands; each works on the notebook in front. */
export const commandsPlugin: JupyterFrontEndPlugin<void> = {
  id: 'jupyter-cellorder:commands',
  description: 'The commands that suggest, apply and discard an order.',
  autoStart: true,
  requires: [IPreviews, INotebookTracker],
  optional: [ITranslator],
  activate: (
    app,
    previews: IPreviews,
    tracker: INotebookTracker,
    translator: ITranslator | null
  ) => {
    const { commands, shell } = app;
    const { preferences } = previews;
    const trans = (translator ?? nullTranslator).load('jupyter_cellorder');
    const hasNotebook = () => tracker.currentWidget !== null;
    // The tracker goes on naming a notebook that something else stands before.
    const inFront = () =>
      hasNotebook() && tracker.currentWidget === shell.currentWidget;

    const selectedMarkdown = (): string[] => {
      const content = tracker.currentWidget?.content;
      return (content?.widgets ?? [])
        .filter(
          cell =>
            cell.model.type === 'markdown' && content?.isSelectedOrActive(cell)
        )
        .map(cell => cell.model.id);
    };

    const ask = async (mode: Mode) => {
      const panel = tracker.currentWidget;
      if (panel === null) {
        return;
      }
      const selected = mode === 'selected' ? selectedMarkdown() : [];
      if (preferences.openPanel) {
        shell.activateById(PANEL_ID);
      }
      await panel.context.ready;
      await previews.previewFor(panel).ask(mode, selected);
    };

    const confirmAll = async (): Promise<boolean> => {
      const { button } = await showDialog({
        title: trans.__('Order all markdown from scratch?'),
        body: trans.__(
          'This ignores where the markdown cells stand now, so it suits a notebook whose order is lost. You see every move before anything changes.'
        ),
        buttons: [
          Dialog.cancelButton(),
          Dialog.okButton({ label: trans.__('Suggest') })
        ]
      });
      return button.accept;
    };

    commands.addCommand(CommandIDs.suggest, {
      label: trans.__('Suggest Order of Markdown Cells'),
      caption: () => {
        switch (preferences.defaultMode) {
          case 'review':
            return trans.__(
              'Find the markdown cells that seem to stand in the wrong place'
            );
          case 'selected':
            return trans.__('Find the place of the selected markdown cells');
          case 'all':
            return trans.__('Place every markdown cell anew');
        }
      },
      icon: orderIcon,
      isEnabled: hasNotebook,
      execute: async () => {
        const mode = preferences.defaultMode;
        if (mode !== 'all' || (await confirmAll())) {
          await ask(mode);
        }
      }
    });
    preferences.changed.connect(() =>
      commands.notifyCommandChanged(CommandIDs.suggest)
    );
    commands.addCommand(CommandIDs.check, {
      label: trans.__('Check This Notebook'),
      caption: trans.__(
        'Find the markdown cells that seem to stand in the wrong place'
      ),
      icon: orderIcon,
      isEnabled: inFront,
      execute: () => ask('review')
    });
    commands.addCommand(CommandIDs.placeSelected, {
      label: trans.__('Place the Selected Cells'),
      caption: trans.__(
        'Find the place of the selected markdown cells among the others'
      ),
      isEnabled: inFront,
      execute: () => ask('selected')
    });
    commands.addCommand(CommandIDs.orderAll, {
      label: trans.__('Order All Markdown from Scratch…'),
      caption: trans.__(
        'Place every markdown cell among the code, whatever its present place'
      ),
      isEnabled: inFront,
      execute: async () => {
        if (await confirmAll()) {
          await ask('all');
        }
      }
    });
    commands.addCommand(CommandIDs.showList, {
      label: trans.__('Show the Suggested Moves'),
      execute: () => {
        shell.activateById(PANEL_ID);
        requestAnimationFrame(() => focusPanel());
      }
    });
    commands.addCommand(CommandIDs.applyTicked, {
      label: trans.__('Apply the Ticked Moves'),
      isEnabled: () => inFront() && (previews.current?.ticked ?? 0) > 0,
      execute: () => previews.current?.applyTicked()
    });
    commands.addCommand(CommandIDs.applyAll, {
      label: trans.__('Apply the Suggested Order'),
      isEnabled: () => inFront() && (previews.current?.open ?? 0) > 0,
      execute: () => previews.current?.applyAll()
    });
    commands.addCommand(CommandIDs.undo, {
      label: trans.__('Undo the Suggested Order'),
      isEnabled: () => inFront() && (previews.current?.undoable ?? 0) > 0,
      execute: () => previews.current?.undo()
    });
    commands.addCommand(CommandIDs.discard, {
      label: trans.__('Discard the Suggested Order'),
      isEnabled: () =>
        inFront() && previews.current?.state.kind === 'suggestion',
      execute: () => previews.current?.discard()
    });
  }
};
