import type { ISharedNotebook } from '@jupyter/ydoc';
import type { SkipReason } from './order';
import { codeSnippet, markdownSnippet } from './snippet';
import type { IMoveState, Place } from './state';
import type { IRequestCell, ISuggestAnswer } from './tokens';

/** Letters that tell a place: enough to know the cell again. */
const PLACE_LENGTH = 44;

/** An answer together with the cells it was asked for. */
export class Suggestion {
  constructor(
    readonly answer: ISuggestAnswer,
    asked: readonly IRequestCell[],
    counts: ReadonlyMap<string, number | null>
  ) {
    this.sources = new Map(asked.map(cell => [cell.id, cell.source]));
    const cells = new Map(asked.map(cell => [cell.id, cell]));
    const place = (id: string | undefined): Place => {
      const cell = id === undefined ? undefined : cells.get(id);
      return cell
        ? {
            cell: cell.id,
            type: cell.cell_type,
            snippet: snippetOf(cell),
            executionCount: counts.get(cell.id) ?? null
          }
        : null;
    };
    this.moves = answer.moves.map(move => ({
      cell: move.cell,
      snippet: markdownSnippet(this.sources.get(move.cell) ?? ''),
      from: place(asked[move.from - 1]?.id),
      to: place(answer.order[move.to - 1]),
      confidence: Math.min(1, Math.max(0, move.confidence)),
      status: 'open'
    }));
  }

  /** The text of each cell when asked. */
  readonly sources: ReadonlyMap<string, string>;

  /** The moves as they stand. */
  moves: readonly IMoveState[];

  /** The cells which the answer wants moved and which have not been. */
  get unsettled(): ReadonlySet<string> {
    return this.idsWhere(move => move.status !== 'applied');
  }

  /** The cells whose move can be made. */
  get open(): ReadonlySet<string> {
    return this.idsWhere(move => move.status === 'open');
  }

  /** Sets the status of some moves. */
  mark(ids: Iterable<string>, status: 'open' | 'applied' | SkipReason): void {
    const chosen = new Set(ids);
    this.moves = this.moves.map(move =>
      chosen.has(move.cell) ? { ...move, status } : move
    );
  }

  private idsWhere(test: (move: IMoveState) => boolean): ReadonlySet<string> {
    return new Set(this.moves.filter(test).map(move => move.cell));
  }
}

/** The number in brackets beside each code cell. */
export function executionCounts(
  notebook: ISharedNotebook
): Map<string, number | null> {
  return new Map(
    notebook.cells.map(cell => [
      cell.getId(),
      'execution_count' in cell ? cell.execution_count : null
    ])
  );
}

function snippetOf(cell: IRequestCell): string {
  return cell.cell_type === 'markdown'
    ? markdownSnippet(cell.source, PLACE_LENGTH)
    : codeSnippet(cell.source, PLACE_LENGTH);
}
