import type { IMoveState, INeighbour, IPlace } from '../state';

export function code(cell: string, executionCount: number | null): INeighbour {
  return { cell, type: 'code', snippet: `${cell} = 1`, executionCount };
}

export function text(cell: string): INeighbour {
  return {
    cell,
    type: 'markdown',
    snippet: `Words of ${cell}`,
    executionCount: null
  };
}

export function placeOf(place: Partial<IPlace> = {}): IPlace {
  return { index: 0, after: null, codeBefore: null, codeAfter: null, ...place };
}

/** A move of the cell from the end to the top, unless said otherwise. */
export function moveOf(
  cell: string,
  move: Partial<IMoveState> = {}
): IMoveState {
  return {
    cell,
    snippet: `Words of ${cell}`,
    level: null,
    from: placeOf({ after: code('c3', 3), codeBefore: code('c3', 3) }),
    to: placeOf({ codeAfter: code('c1', 1) }),
    confidence: 0.8,
    status: 'open',
    ticked: true,
    ...move
  };
}

/** The moves of neighbours: the first from behind `c3`, each other one from behind the one before it. */
export function neighbours(
  ...cells: readonly [string, Partial<IMoveState>?][]
): IMoveState[] {
  return cells.map(([cell, move], place) =>
    moveOf(cell, {
      from: placeOf({
        after: place === 0 ? code('c3', 3) : text(cells[place - 1][0])
      }),
      ...move
    })
  );
}
