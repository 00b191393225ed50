import type { TranslationBundle } from '@jupyterlab/translation';
import type { Preview } from './preview';
import type { INoticeState, IThinkingState } from './state';

/** A sentence about a suggestion; `done` tells what has happened, `advice` what to mind. */
export interface ISentence {
  readonly text: string;
  readonly tone: 'plain' | 'done' | 'advice';
}

/** What is to be said of a suggestion as a whole. */
export function suggestionSentences(
  preview: Preview,
  trans: TranslationBundle
): ISentence[] {
  const { state, moving, open, undoable } = preview;
  if (state.kind !== 'suggestion') {
    return [];
  }
  if (moving > 0) {
    const text = trans._n('Moving %1 cell…', 'Moving %1 cells…', moving);
    return [{ text, tone: 'plain' }];
  }
  const sentences: ISentence[] = [];
  const say = (text: string, tone: ISentence['tone'] = 'plain') =>
    sentences.push({ text, tone });
  const begun = state.moves.some(({ status }) => status === 'applied');
  if (undoable > 0) {
    say(
      begun
        ? trans._n('%1 move applied.', '%1 moves applied.', undoable)
        : trans._n(
            '%1 move was applied before.',
            '%1 moves were applied before.',
            undoable
          ),
      'done'
    );
  }
  if (state.keptChanges) {
    say(
      trans.__(
        'The cells are back in their places; what you changed since was kept.'
      ),
      'done'
    );
  }
  if (open > 0) {
    say(
      begun
        ? trans._n('%1 move left.', '%1 moves left.', open)
        : trans._n(
            '%1 cell seems to stand in the wrong place.',
            '%1 cells seem to stand in the wrong place.',
            open
          )
    );
  }
  const skipped = state.moves.filter(
    move => move.status !== 'open' && move.status !== 'applied'
  ).length;
  if (skipped > 0) {
    say(
      trans._n(
        '%1 move was left out: the cell was changed after you asked.',
        '%1 moves were left out: the cells were changed after you asked.',
        skipped
      )
    );
  }
  return sentences;
}

/** What is going on while the server works. */
export function thinkingSentence(
  state: IThinkingState,
  trans: TranslationBundle
): string {
  return trans._n('Reading %1 cell…', 'Reading %1 cells…', state.cells);
}

/** What to say when there is no move to show. */
export function noticeSentence(
  notice: INoticeState['notice'],
  trans: TranslationBundle
): string {
  switch (notice) {
    case 'in-order':
      return trans.__('Every markdown cell seems to stand in its place.');
    case 'no-cells':
      return trans.__('This notebook has no cells yet.');
    case 'no-markdown':
      return trans.__('There is no markdown cell to place.');
    case 'no-code':
      return trans.__(
        'There is no code in this notebook, so there is nothing to place the markdown by.'
      );
    case 'read-only':
      return trans.__(
        'This notebook is read-only, so its cells cannot be moved. Save a copy and ask there.'
      );
    case 'nothing-selected':
      return trans.__(
        'No markdown cell is selected that has text and may be moved. Select the markdown cells to place, then ask again.'
      );
  }
}

/** What is shown of a notebook, as one text to be read out; empty when there is nothing to say. */
export function spoken(preview: Preview, trans: TranslationBundle): string {
  const { state } = preview;
  switch (state.kind) {
    case 'idle':
      return '';
    case 'thinking':
      return thinkingSentence(state, trans);
    case 'notice':
      return noticeSentence(state.notice, trans);
    case 'error':
      return state.error.message;
    case 'suggestion':
      return suggestionSentences(preview, trans)
        .map(({ text }) => text)
        .join(' ');
  }
}

/** What the button says that checks again and names also what is less certain. */
export function lookHarderLabel(trans: TranslationBundle): string {
  return trans.__('Show doubtful ones too');
}
