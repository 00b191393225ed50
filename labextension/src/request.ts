import type { YNotebook } from '@jupyter/ydoc';
import type { IPresentCell } from './order';
import type { IRequestCell } from './tokens';

type SharedCell = YNotebook['cells'][number];

/** The cells of a notebook as the server gets them. */
export function requestCells(notebook: YNotebook): IRequestCell[] {
  return notebook.cells.map(cell => ({
    id: cell.getId(),
    cell_type: cellType(cell),
    source: cell.getSource(),
    pinned: isPinned(cell)
  }));
}

/** The cells of a notebook as moving them needs to know. */
export function presentCells(notebook: YNotebook): IPresentCell[] {
  return notebook.cells.map(cell => ({
    id: cell.getId(),
    movable: cell.cell_type === 'markdown' && !isPinned(cell),
    source: cell.getSource()
  }));
}

function cellType(cell: SharedCell): IRequestCell['cell_type'] {
  return cell.cell_type === 'code' || cell.cell_type === 'markdown'
    ? cell.cell_type
    : 'raw';
}

/** Whether the author fixed the cell: such a cell stays where it is. */
function isPinned(cell: SharedCell): boolean {
  return (
    cell.getMetadata('deletable') === false ||
    cell.getMetadata('editable') === false
  );
}
