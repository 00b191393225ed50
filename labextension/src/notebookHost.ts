import type { YNotebook } from '@jupyter/ydoc';
import { MarkdownCell, type Cell } from '@jupyterlab/cells';
import {
  NotebookActions,
  type Notebook,
  type NotebookPanel
} from '@jupyterlab/notebook';
import { collapsedAround, type IHeadingCell } from './headings';
import type { IHost } from './model';
import { pinActive } from './pinActive';
import { holdScroll } from './scroll';

/** The host of a notebook that is open in JupyterLab or Notebook. */
export class NotebookHost implements IHost {
  constructor(private readonly panel: NotebookPanel) {}

  get notebook(): YNotebook | null {
    // The interface leaves out the undo stacks; JupyterLab has no other implementation.
    return (this.panel.model?.sharedModel as YNotebook | undefined) ?? null;
  }

  get readOnly(): boolean {
    // Not `context.canSave`, which is false under real-time collaboration as well.
    return (
      this.panel.context.contentsModel?.writable === false ||
      this.panel.model?.readOnly === true
    );
  }

  get collaborative(): boolean {
    return this.panel.model?.collaborative ?? false;
  }

  holdView(): () => void {
    const { content } = this.panel;
    const active = content.activeCell?.model.id;
    const activeIndex = content.activeCellIndex;
    const selected = idsWhere(content, cell => content.isSelected(cell));
    const unrendered = idsWhere(
      content,
      cell => cell instanceof MarkdownCell && !cell.rendered
    );
    const trusted = idsWhere(content, cell => cell.model.trusted);
    const typing =
      content.mode === 'edit' && content.node.contains(document.activeElement);
    const scroll = holdScroll(content);
    // In edit mode every cell that becomes active on the way would open its editor.
    content.mode = 'command';
    const unpin = pinActive(content);
    return () => {
      for (const cell of content.widgets) {
        if (cell instanceof MarkdownCell) {
          if (unrendered.has(idOf(cell))) {
            cell.rendered = false;
          }
          // Made anew it would be as a cell from elsewhere, and with it the whole notebook.
          if (trusted.has(idOf(cell))) {
            cell.model.trusted = true;
          }
        }
      }
      const index = content.widgets.findIndex(cell => idOf(cell) === active);
      unpin(index === -1 ? activeIndex : index);
      content.deselectAll();
      content.widgets
        .filter(cell => selected.has(idOf(cell)))
        .forEach(cell => content.select(cell));
      recount(content);
      if (typing && index !== -1) {
        content.mode = 'edit';
      }
      if (content.widgets.some(cell => cell.isHidden || isCollapsed(cell))) {
        void hideAgain(content);
      }
      scroll();
    };
  }

  async expandAround(
    ids: ReadonlySet<string>,
    orderAfter: readonly string[]
  ): Promise<string[]> {
    const { content } = this.panel;
    if (ids.size === 0 || !content.widgets.some(isCollapsed)) {
      return [];
    }
    const levels = await headingLevels(content.widgets);
    const before = headingCells(content.widgets, levels);
    const byId = new Map(before.map(cell => [cell.id, cell]));
    const after = orderAfter.flatMap(id => byId.get(id) ?? []);
    const concerned = new Set([
      ...collapsedAround(before, ids),
      ...collapsedAround(after, ids)
    ]);
    // Outer headings first: a hidden heading does not open.
    for (const cell of content.widgets) {
      if (concerned.has(idOf(cell))) {
        NotebookActions.setHeadingCollapse(cell, false, content);
      }
    }
    return [...concerned];
  }

  async collapse(ids: readonly string[]): Promise<void> {
    const { content } = this.panel;
    if (ids.length === 0) {
      return;
    }
    await headingLevels(content.widgets);
    // Inner headings first: a hidden heading does not close.
    for (const cell of [...content.widgets].reverse()) {
      if (ids.includes(idOf(cell))) {
        NotebookActions.setHeadingCollapse(cell, true, content);
      }
    }
  }

  reveal(id: string): void {
    const { content } = this.panel;
    const index = content.widgets.findIndex(cell => idOf(cell) === id);
    if (index === -1) {
      return;
    }
    const cell = content.widgets[index];
    if (cell.isHidden) {
      NotebookActions.expandParent(cell, content);
    }
    content.activeCellIndex = index;
    content.deselectAll();
    // JupyterLab guesses the height of cells that were never on screen, and gives up on one that is
    // not drawn yet: once it is there, the browser knows better.
    const show = () => {
      if (content.activeCell === cell) {
        cell.node.scrollIntoView({ block: 'nearest' });
      }
    };
    // Rejected when the author scrolls elsewhere meanwhile: nothing to mend then.
    content.scrollToItem(index, 'smart').then(show, () => undefined);
    void cell.ready.then(show);
  }
}

/** Lets the status bar count the cells again: it counted while some were taken out. */
function recount(content: Notebook): void {
  const cell = content.activeCell;
  if (cell !== null && !content.isSelected(cell)) {
    content.select(cell);
    content.deselect(cell);
  }
}

/** Hides what stands under the collapsed headings now: a heading that was moved no longer hides what it hid. */
async function hideAgain(content: Notebook): Promise<void> {
  await headingLevels(content.widgets);
  if (content.isDisposed) {
    return;
  }
  content.widgets.forEach(cell => cell.setHidden(false));
  // Outer headings first: a hidden one hides nothing.
  for (const cell of content.widgets) {
    if (isCollapsed(cell)) {
      NotebookActions.setHeadingCollapse(cell, true, content);
    }
  }
}

function idsWhere(
  content: Notebook,
  test: (cell: Cell) => boolean
): Set<string> {
  return new Set(content.widgets.filter(test).map(idOf));
}

function idOf(cell: Cell): string {
  return cell.model.id;
}

function isCollapsed(cell: Cell): boolean {
  return cell instanceof MarkdownCell && cell.headingCollapsed;
}

/** The levels of all headings, which JupyterLab parses lazily. */
async function headingLevels(
  cells: readonly Cell[]
): Promise<ReadonlyMap<string, number>> {
  const levels = new Map<string, number>();
  for (const cell of [...cells]) {
    if (cell instanceof MarkdownCell && !cell.isDisposed) {
      await cell.getHeadings();
      if (cell.headingInfo.level > 0) {
        levels.set(idOf(cell), cell.headingInfo.level);
      }
    }
  }
  return levels;
}

function headingCells(
  cells: readonly Cell[],
  levels: ReadonlyMap<string, number>
): IHeadingCell[] {
  return cells.map(cell => ({
    id: idOf(cell),
    level: levels.get(idOf(cell)) ?? null,
    collapsed: isCollapsed(cell)
  }));
}
