import type { TranslationBundle } from '@jupyterlab/translation';
import { ReactWidget } from '@jupyterlab/ui-components';
import * as React from 'react';
import { Message, noticeText } from './components/message';
import { Suggestion } from './components/suggestion';
import { Thinking } from './components/thinking';
import { actionLabel } from './errors';
import { orderIcon } from './icon';
import type { CellOrderModel } from './model';

export const PANEL_ID = 'jp-cellorder-panel';

export interface IPanelOptions {
  trans: TranslationBundle;
  /** Asks for a suggestion for the notebook in front. */
  onSuggest: () => void;
  /** Called with what fails without being a failure of the server. */
  onError: (error: unknown) => void;
}

/** The side panel that shows the suggestion of the notebook in front. */
export class CellOrderPanel extends ReactWidget {
  constructor(private readonly options: IPanelOptions) {
    super();
    const { trans } = options;
    this.id = PANEL_ID;
    this.title.icon = orderIcon;
    this.title.caption = trans.__('Order of markdown cells');
    this.addClass('jp-CellOrder-panel');
    this.node.setAttribute('role', 'region');
    this.node.setAttribute('aria-label', trans.__('Order of markdown cells'));
  }

  /** What is shown; null when no notebook is in front. */
  set model(model: CellOrderModel | null) {
    if (model === this._model) {
      return;
    }
    this._model?.stateChanged.disconnect(this.update, this);
    this._model?.point(null);
    this._model = model;
    model?.stateChanged.connect(this.update, this);
    this.update();
  }

  protected render(): React.JSX.Element {
    const { trans } = this.options;
    return (
      <>
        <h2 className="jp-CellOrder-caption">
          {trans.__('Order of markdown cells')}
        </h2>
        {this._model === null ? (
          <Message
            kind="idle"
            text={trans.__(
              'Open a notebook to see where its markdown cells belong.'
            )}
          />
        ) : (
          this.renderState(this._model)
        )}
      </>
    );
  }

  private renderState(model: CellOrderModel): React.JSX.Element {
    const { trans, onSuggest, onError } = this.options;
    const { state } = model;
    switch (state.kind) {
      case 'idle':
        return (
          <Message
            kind="idle"
            text={trans.__(
              'Compares the markdown of the notebook with its code and names the cells that seem to stand in the wrong place. Nothing moves before you say so; code never moves.'
            )}
            action={trans.__('Suggest order')}
            onAction={onSuggest}
          />
        );
      case 'thinking':
        return (
          <Thinking
            cells={state.cells}
            warming={state.warming}
            trans={trans}
            onCancel={() => model.cancel()}
          />
        );
      case 'notice':
        return (
          <Message
            kind="notice"
            text={noticeText(state.notice, trans)}
            action={
              state.action === 'try-again'
                ? trans.__('Suggest order')
                : actionLabel(state.action, trans)
            }
            onAction={() => void model.act(state.action).catch(onError)}
          />
        );
      case 'error':
        return (
          <Message
            kind="error"
            text={state.error.message}
            detail={state.error.detail}
            action={actionLabel(state.error.action, trans)}
            onAction={() => void model.act(state.error.action).catch(onError)}
          />
        );
      case 'suggestion':
        return (
          <Suggestion
            state={state}
            trans={trans}
            onApply={cells => void model.apply(cells).catch(onError)}
            onUndo={() => model.undo()}
            onDiscard={() => model.discard()}
            onReveal={cell => model.reveal(cell)}
            onPoint={move =>
              model.point(
                move?.status === 'open'
                  ? { cell: move.cell, after: move.to.after?.cell ?? null }
                  : null
              )
            }
          />
        );
    }
  }

  private _model: CellOrderModel | null = null;
}
