import type { INotebookTracker, NotebookPanel } from '@jupyterlab/notebook';
import type { Preferences } from './preferences';
import { Preview } from './preview';
import type { ICellOrder, IPreviews } from './tokens';

/** Keeps one preview for each open notebook. */
export class Previews implements IPreviews {
  constructor(
    private readonly cellOrder: ICellOrder,
    private readonly tracker: INotebookTracker,
    readonly preferences: Preferences
  ) {}

  get current(): Preview | null {
    const panel = this.tracker.currentWidget;
    return panel === null ? null : this.previewFor(panel);
  }

  previewFor(panel: NotebookPanel): Preview {
    let preview = this.previews.get(panel);
    if (preview === undefined) {
      preview = new Preview(this.cellOrder.modelFor(panel), this.preferences);
      this.previews.set(panel, preview);
      panel.disposed.connect(() => {
        this.previews.get(panel)?.dispose();
        this.previews.delete(panel);
      });
    }
    return preview;
  }

  private readonly previews = new Map<NotebookPanel, Preview>();
}
