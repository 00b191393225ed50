import type { INotebookTracker, NotebookPanel } from '@jupyterlab/notebook';
import type { TranslationBundle } from '@jupyterlab/translation';
import { CellOrderModel, type IPage } from './model';
import { NotebookHost } from './notebookHost';
import type { ICellOrder, ICellOrderApi } from './tokens';

/** Keeps one model for each open notebook. */
export class CellOrderManager implements ICellOrder {
  constructor(
    private readonly tracker: INotebookTracker,
    private readonly api: ICellOrderApi,
    private readonly page: IPage,
    private readonly trans: TranslationBundle
  ) {
    tracker.widgetAdded.connect((_, panel) => {
      this.modelFor(panel);
    });
    tracker.forEach(panel => {
      this.modelFor(panel);
    });
  }

  get current(): CellOrderModel | null {
    const panel = this.tracker.currentWidget;
    return panel === null ? null : this.modelFor(panel);
  }

  modelFor(panel: NotebookPanel): CellOrderModel {
    let model = this.models.get(panel);
    if (model === undefined) {
      model = new CellOrderModel(
        new NotebookHost(panel),
        this.api,
        this.page,
        this.trans
      );
      this.models.set(panel, model);
      void panel.context.ready.then(() => this.models.get(panel)?.watch());
      panel.disposed.connect(() => {
        this.models.get(panel)?.dispose();
        this.models.delete(panel);
      });
    }
    return model;
  }

  private readonly models = new Map<NotebookPanel, CellOrderModel>();
}
