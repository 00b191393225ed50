import type { Notebook } from '@jupyterlab/notebook';
import type { TranslationBundle } from '@jupyterlab/translation';
import type { IDisposable } from '@lumino/disposable';
import { Signal } from '@lumino/signaling';
import type { IRow } from './groups';
import type { Preview } from './preview';
import { slotsOf, type ISlots } from './slots';

const SLOTS = 'jp-CellOrder-slots';
const HOLDER = 'jp-CellOrder-holder';
const MOVING = 'jp-CellOrder-moving';
const POINTED = 'jp-mod-pointed';

/**
 * Draws in a notebook where the cells of a suggestion would go.
 *
 * The slots are children of the nodes of the cells, over the gap to the next one: they take no room, so nothing
 * shifts and nothing is measured, and they stay with their cells however JupyterLab windows the notebook.
 */
export class Ghosts implements IDisposable {
  constructor(
    private readonly content: Notebook,
    private readonly preview: Preview,
    private readonly trans: TranslationBundle
  ) {
    preview.changed.connect(this.schedule, this);
    preview.pointedChanged.connect(this.point, this);
    content.modelContentChanged.connect(this.schedule, this);
    content.cellCollapsed.connect(this.schedule, this);
    this.schedule();
  }

  get isDisposed(): boolean {
    return this._isDisposed;
  }

  dispose(): void {
    if (!this._isDisposed) {
      this._isDisposed = true;
      cancelAnimationFrame(this._frame);
      Signal.clearData(this);
    }
  }

  /** Draws with the next frame: a change of many cells comes as many signals. */
  private schedule(): void {
    cancelAnimationFrame(this._frame);
    this._frame = requestAnimationFrame(() => this.draw());
  }

  private draw(): void {
    if (this._isDisposed || this.content.isDisposed) {
      return;
    }
    const { widgets } = this.content;
    const cells = new Map(widgets.map(cell => [cell.model.id, cell]));
    const wanted = new Map(
      slotsOf(
        this.preview.rows,
        widgets.map(cell => ({ id: cell.model.id, hidden: cell.isHidden }))
      ).flatMap(slots => {
        const cell = cells.get(slots.cell);
        return cell ? [[keyOf(slots), { cell, slots }] as const] : [];
      })
    );
    for (const [key, node] of this.drawn) {
      if (!wanted.has(key)) {
        const holder = node.parentElement;
        node.remove();
        if (holder?.querySelector(`:scope > .${SLOTS}`) === null) {
          holder.classList.remove(HOLDER);
        }
        this.drawn.delete(key);
      }
    }
    for (const [key, { cell, slots }] of wanted) {
      let node = this.drawn.get(key);
      if (node === undefined) {
        node = this.nodeOf(slots);
        this.drawn.set(key, node);
      }
      // A cell that was moved has got another node.
      if (node.parentElement !== cell.node) {
        cell.node.append(node);
        cell.node.classList.add(HOLDER);
      }
      slots.rows.forEach(({ ticked }, place) => {
        (node.children[place] as HTMLElement).dataset.ticked = String(ticked);
      });
    }
    this.point();
  }

  /** Marks the cells and the slot of the row that the author looks at. */
  private point(): void {
    const { pointed, rows } = this.preview;
    const row = rows.find(({ key }) => key === pointed);
    const moving = new Set(row?.status === 'open' ? row.cells : []);
    for (const node of this.marked) {
      node.classList.remove(MOVING, POINTED);
    }
    this.marked = [
      ...this.content.widgets
        .filter(cell => moving.has(cell.model.id))
        .map(cell => mark(cell.node, MOVING)),
      ...[...this.drawn.values()]
        .flatMap(slots => [...slots.children])
        .filter(slot => (slot as HTMLElement).dataset.row === row?.key)
        .map(slot => mark(slot, POINTED))
    ];
  }

  private nodeOf({ edge, rows }: ISlots): HTMLElement {
    const node = document.createElement('div');
    node.className = SLOTS;
    node.dataset.edge = edge;
    // The panel says the same in words.
    node.setAttribute('aria-hidden', 'true');
    node.append(...rows.map(row => this.slotOf(row)));
    return node;
  }

  private slotOf(row: IRow): HTMLElement {
    const slot = document.createElement('span');
    const title = row.title || this.trans.__('(a cell without words)');
    slot.dataset.row = row.key;
    slot.textContent =
      row.cells.length > 1 ? `${title} +${row.cells.length - 1}` : title;
    return slot;
  }

  private readonly drawn = new Map<string, HTMLElement>();
  private marked: Element[] = [];
  private _frame = 0;
  private _isDisposed = false;
}

/** Tells two drawings apart. */
function keyOf({ cell, edge, rows }: ISlots): string {
  return JSON.stringify([
    cell,
    edge,
    rows.map(({ key, cells, title }) => [key, cells.length, title])
  ]);
}

function mark(node: Element, name: string): Element {
  node.classList.add(name);
  return node;
}
