import type { NotebookPanel } from '@jupyterlab/notebook';
import type { TranslationBundle } from '@jupyterlab/translation';
import { ReactWidget } from '@jupyterlab/ui-components';
import type { Message } from '@lumino/messaging';
import * as React from 'react';
import { afterPaint } from './afterPaint';
import { BannerContent } from './components/bannerContent';
import { keepFocus } from './keepFocus';
import { keepScroll } from './keepScroll';
import type { Preferences } from './preferences';
import type { Preview } from './preview';

export interface IBannerOptions {
  panel: NotebookPanel;
  preview: Preview;
  preferences: Preferences;
  trans: TranslationBundle;
  /** Opens the list of moves. */
  onReview: () => void;
  /** Brings the focus back to the notebook. */
  onLeave: () => void;
  /** Called with what fails without being a failure of the server. */
  onError: (error: unknown) => void;
}

const NOTHING = { width: 0, height: 0 };

/** The line above a notebook that sums up its suggestion; there only while there is one to talk about. */
export class Banner extends ReactWidget {
  constructor(private readonly options: IBannerOptions) {
    super();
    const { preview, preferences, trans } = options;
    this.addClass('jp-CellOrder-banner');
    this.node.tabIndex = -1;
    this.node.setAttribute('role', 'region');
    this.node.setAttribute('aria-label', trans.__('Suggested order'));
    this.node.addEventListener('keydown', event => {
      if (event.key === 'Escape') {
        event.preventDefault();
        event.stopPropagation();
        this.discard();
      }
    });
    preview.changed.connect(this.follow, this);
    preferences.changed.connect(this.follow, this);
    this.follow();
  }

  override dispose(): void {
    this.observer.disconnect();
    super.dispose();
  }

  protected override onUpdateRequest(message: Message): void {
    keepFocus(this, () => super.onUpdateRequest(message));
  }

  protected override render(): React.JSX.Element {
    const { preview, trans, onError } = this.options;
    return (
      <div ref={this.watch}>
        <BannerContent
          preview={preview}
          trans={trans}
          onApply={which =>
            void (
              which === 'all' ? preview.applyAll() : preview.applyTicked()
            ).catch(onError)
          }
          onAct={action => void preview.model.act(action).catch(onError)}
          onCancel={() => this.discard()}
          onUndo={() => void preview.undo().catch(onError)}
          onDiscard={() => this.discard()}
          onReview={this.options.onReview}
          onLookHarder={() => void preview.lookHarder().catch(onError)}
        />
      </div>
    );
  }

  /** Comes and goes with what there is to say. */
  private follow(): void {
    const { panel, preview, preferences } = this.options;
    if (panel.isDisposed) {
      return;
    }
    const wanted = preferences.showBanner && preview.state.kind !== 'idle';
    if (wanted && this.parent === null) {
      panel.contentHeader.addWidget(this);
    } else if (!wanted && this.parent !== null) {
      keepScroll(panel.content, () => {
        this.parent = null;
      });
      this.node.style.minHeight = '';
      this.given = NOTHING;
    }
    this.update();
    afterPaint(() => this.resize());
  }

  private discard(): void {
    this.options.preview.model.cancel();
    this.options.preview.discard();
    this.options.onLeave();
  }

  /**
   * Gives the banner the height of what it says: Lumino's layout takes it from `min-height` alone.
   *
   * Lumino lays out the whole notebook anew for it: never between a press of the author's and its picture, and a
   * suggestion does not make the banner lower again while it is being taken apart.
   */
  private resize(): void {
    const { panel, preview } = this.options;
    const { width, height } = this.said;
    const stays =
      preview.state.kind === 'suggestion' && width === this.given.width;
    const wanted = stays ? Math.max(height, this.given.height) : height;
    if (this.parent === null || panel.isDisposed || height === 0) {
      return;
    }
    const same = wanted === this.given.height;
    this.given = { width, height: wanted };
    if (same) {
      return;
    }
    keepScroll(panel.content, () => {
      this.node.style.minHeight = `${wanted}px`;
      this.parent?.fit();
    });
  }

  /** The size of what the banner says, in pixels, and the one that was made for it. */
  private said = NOTHING;
  private given = NOTHING;

  private readonly observer = new ResizeObserver(entries => {
    for (const { borderBoxSize } of entries) {
      const { inlineSize, blockSize } = borderBoxSize[0];
      this.said = { width: inlineSize, height: Math.ceil(blockSize) };
    }
    if (this.given === NOTHING) {
      this.resize();
    } else {
      afterPaint(() => this.resize());
    }
  });

  private readonly watch = (node: HTMLElement | null) => {
    this.observer.disconnect();
    if (node !== null) {
      this.observer.observe(node);
    }
  };
}
