import type { TranslationBundle } from '@jupyterlab/translation';
import { PACKAGE_VERSION } from './version';

/** What went wrong, for programs. */
export type Reason =
  | 'aborted'
  | 'bad-answer'
  | 'busy'
  | 'forbidden'
  | 'logged-out'
  | 'logging-in'
  | 'model'
  | 'not-installed'
  | 'offline'
  | 'old-page'
  | 'old-server'
  | 'server'
  | 'settings'
  | 'stopping'
  | 'timeout'
  | 'too-large'
  | 'too-long'
  | 'too-many-cells'
  | 'unprocessable';

/** What can be done about a failure, or about a notice, at the press of one button. */
export type Action =
  | 'try-again'
  | 'reload'
  | 'log-in'
  | 'save-copy'
  | 'copy-install'
  | 'copy-upgrade'
  | 'copy-setting'
  | 'show-longest';

/** What is known of a failure beside its reason. */
export interface IFacts {
  /** The status of the HTTP answer. */
  readonly status?: number;
  /** Seconds until a busy server wants to be asked again. */
  readonly retryAfter?: number;
  /** The version of the package that the server runs. */
  readonly serverVersion?: string;
  /** How many cells were sent. */
  readonly cells?: number;
  /** What the server itself said, in English. */
  readonly detail?: string;
}

interface IFailure {
  readonly action: Action;
  readonly sentence: (trans: TranslationBundle, facts: IFacts) => string;
  /** What the actions that copy put on the clipboard. */
  readonly clip?: (facts: IFacts) => string;
}

/** Every failure as one sentence and one action. */
const FAILURES: Readonly<Record<Reason, IFailure>> = {
  aborted: {
    action: 'try-again',
    sentence: trans => trans.__('Cancelled.')
  },
  'bad-answer': {
    action: 'reload',
    sentence: trans =>
      trans.__('The server gave an answer that this page does not understand.')
  },
  busy: {
    action: 'try-again',
    sentence: (trans, { retryAfter }) =>
      retryAfter
        ? trans._n(
            'The server is busy with other suggestions; it asks for a second.',
            'The server is busy with other suggestions; it asks for %1 seconds.',
            retryAfter
          )
        : trans.__('The server is busy with other suggestions.')
  },
  forbidden: {
    action: 'reload',
    sentence: trans =>
      trans.__('This server does not let you ask for a suggestion.')
  },
  'logged-out': {
    action: 'log-in',
    sentence: trans =>
      trans.__('You are not logged in to the Jupyter server any more.')
  },
  'logging-in': {
    action: 'try-again',
    sentence: trans =>
      trans.__('Log in on the page that has just opened, then come back.')
  },
  model: {
    action: 'copy-install',
    sentence: trans =>
      trans.__(
        'The server cannot load its model; installing the package again and restarting Jupyter often helps.'
      ),
    clip: () =>
      `pip install --force-reinstall --no-deps jupyter-cellorder==${PACKAGE_VERSION}`
  },
  'not-installed': {
    action: 'copy-install',
    sentence: trans =>
      trans.__(
        'Cell Order is not installed where the Jupyter server runs: install it there, then restart Jupyter.'
      ),
    clip: () => `pip install jupyter-cellorder==${PACKAGE_VERSION}`
  },
  offline: {
    action: 'try-again',
    sentence: trans => trans.__('The Jupyter server does not answer.')
  },
  'old-page': {
    action: 'reload',
    sentence: (trans, { serverVersion }) =>
      trans.__(
        'This page runs Cell Order %1, which is too old for the %2 of the server.',
        PACKAGE_VERSION,
        serverVersion ?? '?'
      )
  },
  'old-server': {
    action: 'copy-upgrade',
    sentence: (trans, { serverVersion }) =>
      trans.__(
        'The server runs Cell Order %1, which is too old for the %2 of this page: upgrade it, then restart Jupyter.',
        serverVersion ?? '?',
        PACKAGE_VERSION
      ),
    clip: () => `pip install --upgrade jupyter-cellorder==${PACKAGE_VERSION}`
  },
  server: {
    action: 'try-again',
    sentence: (trans, { status }) =>
      trans.__(
        'The server failed (status %1); its log may say why.',
        status ?? '?'
      )
  },
  settings: {
    action: 'try-again',
    sentence: trans =>
      trans.__(
        'The server cannot use the model that its settings name: mend c.CellOrder there, then restart Jupyter.'
      )
  },
  stopping: {
    action: 'try-again',
    sentence: trans => trans.__('The Jupyter server is shutting down.')
  },
  timeout: {
    action: 'try-again',
    // The server keeps the cells that it has read: the next time it gets further.
    sentence: trans =>
      trans.__(
        'The suggestion took too long; a second try starts from what has been read.'
      )
  },
  'too-large': {
    action: 'show-longest',
    sentence: trans =>
      trans.__(
        'This notebook holds more text than the server reads: shorten its longest cell.'
      )
  },
  'too-long': {
    action: 'try-again',
    sentence: trans =>
      trans.__(
        'This notebook has more cells than the model reads at once: split it, and order its parts.'
      )
  },
  'too-many-cells': {
    action: 'copy-setting',
    sentence: (trans, { cells }) =>
      trans.__(
        'This notebook has more cells (%1) than the server takes, unless its settings say otherwise.',
        cells ?? '?'
      ),
    clip: ({ cells }) => `c.CellOrder.max_cells = ${cells ?? 10_000}`
  },
  unprocessable: {
    action: 'reload',
    sentence: trans =>
      trans.__('The server could not work with what this page sent.')
  }
};

/** A failure, told as one sentence for people and one thing that they can do. */
export class CellOrderError extends Error {
  constructor(
    readonly reason: Reason,
    trans: TranslationBundle,
    facts: IFacts = {}
  ) {
    const { action, sentence, clip } = FAILURES[reason];
    super(sentence(trans, facts));
    this.name = 'CellOrderError';
    this.action = action;
    this.clip = clip?.(facts) ?? null;
    this.detail = facts.detail ?? null;
  }

  readonly action: Action;

  /** What is to be copied, for the actions that copy. */
  readonly clip: string | null;

  /** The server's own words, in English, for those who want to know more. */
  readonly detail: string | null;
}

/** What is written on the button of an action. */
export function actionLabel(action: Action, trans: TranslationBundle): string {
  switch (action) {
    case 'try-again':
      return trans.__('Try again');
    case 'reload':
      return trans.__('Reload the page');
    case 'log-in':
      return trans.__('Log in again');
    case 'save-copy':
      return trans.__('Save a copy');
    case 'copy-install':
      return trans.__('Copy the install command');
    case 'copy-upgrade':
      return trans.__('Copy the upgrade command');
    case 'copy-setting':
      return trans.__('Copy the setting');
    case 'show-longest':
      return trans.__('Show the longest cell');
  }
}
