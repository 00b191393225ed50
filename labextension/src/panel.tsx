import type { TranslationBundle } from '@jupyterlab/translation';
import { ReactWidget } from '@jupyterlab/ui-components';
import type { Message as Notification } from '@lumino/messaging';
import * as React from 'react';
import { Message, type IMessageAction } from './components/message';
import { Suggestion } from './components/suggestion';
import { Thinking } from './components/thinking';
import { actionLabel } from './errors';
import { orderIcon } from './icon';
import { keepFocus } from './keepFocus';
import type { Preview } from './preview';
import { lookHarderLabel, noticeSentence } from './sentences';
import type { INoticeState } from './state';
import type { Mode } from './tokens';

export const PANEL_ID = 'jp-cellorder-panel';

export interface IPanelOptions {
  trans: TranslationBundle;
  /** Asks for a suggestion for the notebook in front. */
  onAsk: (mode: Mode) => void;
  /** Brings the focus back to the notebook. */
  onLeave: () => void;
  /** Called with what fails without being a failure of the server. */
  onError: (error: unknown) => void;
}

/**
 * Brings the keyboard to the list of moves, or to what else the panel offers; it is to be in front.
 *
 * What comes into sight just now can take the focus only when it is there and drawn: it is tried in some frames.
 */
export function focusPanel(frames = 30): void {
  const panel = document.getElementById(PANEL_ID);
  const first =
    panel?.querySelector<HTMLElement>('[role=option][tabindex="0"]') ??
    panel?.querySelector<HTMLElement>('button:enabled');
  first?.focus();
  if (first && document.activeElement === first) {
    return;
  }
  if (frames > 0) {
    requestAnimationFrame(() => focusPanel(frames - 1));
  } else {
    panel?.focus();
  }
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
    this.node.tabIndex = -1;
    this.node.addEventListener('keydown', event => this.onKeyDown(event));
  }

  /** What is shown; null when no notebook is in front. */
  set preview(preview: Preview | null) {
    if (preview === this._preview) {
      return;
    }
    this._preview?.changed.disconnect(this.update, this);
    this._preview?.point(null);
    this._preview = preview;
    preview?.changed.connect(this.update, this);
    this.update();
  }

  protected override onUpdateRequest(message: Notification): void {
    keepFocus(this, () => super.onUpdateRequest(message));
  }

  protected render(): React.JSX.Element {
    const { trans } = this.options;
    const preview = this._preview;
    return (
      <>
        <h2 className="jp-CellOrder-caption">
          {trans.__('Order of markdown cells')}
        </h2>
        {preview === null ? (
          <Message
            kind="idle"
            text={trans.__(
              'Open a notebook to see where its markdown cells belong.'
            )}
          />
        ) : (
          this.renderState(preview)
        )}
      </>
    );
  }

  private renderState(preview: Preview): React.JSX.Element {
    const { trans, onAsk, onError } = this.options;
    const { model, state } = preview;
    switch (state.kind) {
      case 'idle':
        return (
          <Message
            kind="idle"
            text={trans.__(
              'Compares the markdown of the notebook with its code and names the cells that seem to stand in the wrong place. Nothing moves before you say so; code never moves.'
            )}
            actions={[
              {
                label: trans.__('Check this notebook'),
                act: () => onAsk('review')
              },
              {
                label: trans.__('Place the selected cells'),
                act: () => onAsk('selected')
              },
              {
                label: trans.__('Order all markdown from scratch…'),
                act: () => onAsk('all')
              }
            ]}
          />
        );
      case 'thinking':
        return (
          <Thinking
            state={state}
            trans={trans}
            onCancel={() => model.cancel()}
          />
        );
      case 'notice':
        return (
          <Message
            kind="notice"
            text={noticeSentence(state.notice, trans)}
            actions={this.noticeActions(preview, state)}
          />
        );
      case 'error':
        return (
          <Message
            kind="error"
            text={state.error.message}
            detail={state.error.detail}
            actions={[
              {
                label: actionLabel(state.error.action, trans),
                act: () => void model.act(state.error.action).catch(onError)
              }
            ]}
          />
        );
      case 'suggestion':
        return (
          <Suggestion
            preview={preview}
            trans={trans}
            onApply={which =>
              void (
                which === 'all' ? preview.applyAll() : preview.applyTicked()
              ).catch(onError)
            }
            onUndo={() => void preview.undo().catch(onError)}
            onDiscard={() => this.discard(preview)}
            onLookHarder={() => void preview.lookHarder().catch(onError)}
          />
        );
    }
  }

  private noticeActions(
    preview: Preview,
    state: INoticeState
  ): IMessageAction[] {
    const { trans, onError } = this.options;
    const actions = [this.noticeAction(preview, state)];
    if (preview.undoable > 0) {
      actions.push({
        label: trans.__('Undo'),
        act: () => void preview.undo().catch(onError)
      });
    }
    if (preview.canLookHarder) {
      actions.push({
        label: lookHarderLabel(trans),
        act: () => void preview.lookHarder().catch(onError)
      });
    }
    return actions;
  }

  private noticeAction(
    { model }: Preview,
    { notice, action }: INoticeState
  ): IMessageAction {
    const { trans, onAsk, onError } = this.options;
    if (notice === 'nothing-selected') {
      return {
        label: trans.__('Place the selected cells'),
        act: () => onAsk('selected')
      };
    }
    return action === 'try-again'
      ? { label: trans.__('Check this notebook'), act: () => onAsk('review') }
      : {
          label: actionLabel(action, trans),
          act: () => void model.act(action).catch(onError)
        };
  }

  private onKeyDown(event: KeyboardEvent): void {
    if (event.key === 'Escape' && this._preview !== null) {
      event.preventDefault();
      event.stopPropagation();
      this.discard(this._preview);
    }
  }

  /** Closes the preview; the author goes on in the notebook. */
  private discard(preview: Preview): void {
    preview.model.cancel();
    preview.discard();
    this.options.onLeave();
  }

  private _preview: Preview | null = null;
}
