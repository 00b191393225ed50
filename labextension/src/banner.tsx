import type { NotebookPanel } from '@jupyterlab/notebook';
import type { TranslationBundle } from '@jupyterlab/translation';
import { ReactWidget } from '@jupyterlab/ui-components';
import * as React from 'react';
import { BannerContent } from './components/bannerContent';
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

/** The line above a notebook that sums up its suggestion; there only while there is one to talk about. */
export class Banner extends ReactWidget {
  constructor(private readonly options: IBannerOptions) {
    super();
    const { preview, preferences, trans } = options;
    this.addClass('jp-CellOrder-banner');
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
          onCancel={() => preview.model.cancel()}
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
    }
    this.update();
  }

  private discard(): void {
    this.options.preview.model.cancel();
    this.options.preview.discard();
    this.options.onLeave();
  }

  /** Gives the banner the height of what it says: Lumino's layout takes it from `min-height` alone. */
  private resize(height: number): void {
    const { panel } = this.options;
    const minHeight = `${Math.ceil(height)}px`;
    // Lumino would lay out the whole notebook anew.
    const same = this.node.style.minHeight === minHeight;
    if (same || this.parent === null || panel.isDisposed) {
      return;
    }
    keepScroll(panel.content, () => {
      this.node.style.minHeight = minHeight;
      this.parent?.fit();
    });
  }

  private readonly observer = new ResizeObserver(entries => {
    for (const entry of entries) {
      this.resize(entry.borderBoxSize[0].blockSize);
    }
  });

  private readonly watch = (node: HTMLElement | null) => {
    this.observer.disconnect();
    if (node !== null) {
      this.observer.observe(node);
    }
  };
}
