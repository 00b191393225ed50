import type { TranslationBundle } from '@jupyterlab/translation';
import type { INeighbour, IPlace } from './state';

/** A place in words, followed by the cell that tells it. */
export interface IPlaceWords {
  readonly words: string;
  readonly cell: INeighbour | null;
}

/** Where a cell stands and where it is to go, each told by the nearest code cell where that tells them apart. */
export function placeWords(
  from: IPlace,
  to: IPlace,
  trans: TranslationBundle
): { from: IPlaceWords; to: IPlaceWords } {
  if (from.codeBefore?.cell === to.codeBefore?.cell) {
    return {
      from: from.after
        ? { words: trans.__('from after'), cell: from.after }
        : { words: trans.__('from the top'), cell: null },
      to: to.after
        ? { words: trans.__('after'), cell: to.after }
        : { words: trans.__('the top'), cell: null }
    };
  }
  return {
    from: from.codeBefore
      ? { words: trans.__('from after'), cell: from.codeBefore }
      : { words: trans.__('from the top'), cell: null },
    to: to.codeAfter
      ? { words: trans.__('before'), cell: to.codeAfter }
      : { words: trans.__('the end, after'), cell: to.codeBefore }
  };
}

const NO_BREAK = '\u00a0';

/** A cell in few letters: `[3] df = load()` for code, its words for text. */
export function cellWords(cell: INeighbour, trans: TranslationBundle): string {
  const words = cell.snippet || trans.__('(an empty cell)');
  return cell.type === 'code'
    ? `[${cell.executionCount ?? NO_BREAK}]${NO_BREAK}${words}`
    : words;
}
