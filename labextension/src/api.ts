import { URLExt } from '@jupyterlab/coreutils';
import { ServerConnection } from '@jupyterlab/services';
import type { TranslationBundle } from '@jupyterlab/translation';
import { CellOrderError } from './errors';
import type {
  ICellOrderApi,
  IHealth,
  IMove,
  ISuggestAnswer,
  ISuggestRequest
} from './tokens';
import { API_VERSION, PACKAGE_VERSION } from './version';

/** Asks the server extension, and turns whatever fails into a `CellOrderError`. */
export class CellOrderApi implements ICellOrderApi {
  constructor(
    private readonly settings: ServerConnection.ISettings,
    private readonly trans: TranslationBundle
  ) {}

  async health(signal: AbortSignal): Promise<IHealth> {
    const body = await this.request('health', { method: 'GET' }, signal);
    if (!isHealth(body)) {
      throw this.badAnswer();
    }
    if (body.api_version !== API_VERSION) {
      throw this.otherVersion(body.api_version, body.package_version);
    }
    return body;
  }

  async suggest(
    request: ISuggestRequest,
    signal: AbortSignal
  ): Promise<ISuggestAnswer> {
    const init = { method: 'POST', body: JSON.stringify(request) };
    const body = await this.request('suggest', init, signal);
    if (!isAnswer(body) || !answers(body, request)) {
      throw this.badAnswer();
    }
    return body;
  }

  private async request(
    endpoint: string,
    init: RequestInit,
    signal: AbortSignal
  ): Promise<unknown> {
    const url = URLExt.join(this.settings.baseUrl, 'cellorder', endpoint);
    let response: Response;
    let text: string;
    try {
      response = await ServerConnection.makeRequest(
        url,
        { ...init, signal },
        this.settings
      );
      text = await response.text();
    } catch {
      // An abort comes as a network error too: only the signal tells them apart.
      throw signal.aborted ? this.aborted() : this.offline();
    }
    const body = parse(text);
    if (!response.ok) {
      throw this.failure(response, body);
    }
    return body;
  }

  private failure(response: Response, body: unknown): CellOrderError {
    const { trans } = this;
    // The server says what to do about most of its own refusals.
    const said = sentence(body, 'message');
    switch (response.status) {
      case 403:
        return new CellOrderError(
          'forbidden',
          trans.__('You may not ask this server for a suggestion.'),
          said ??
            trans.__(
              'Log in again; if that does not help, ask whoever runs the server for access.'
            )
        );
      case 404:
        return new CellOrderError(
          'server-missing',
          trans.__('The server side of Cell Order is not running.'),
          trans.__(
            'Install jupyter-cellorder in the environment that Jupyter runs in, then restart Jupyter.'
          )
        );
      case 413:
        return new CellOrderError(
          'too-large',
          trans.__('This notebook is too large for a suggestion.'),
          said ??
            trans.__(
              'Split the notebook, or ask whoever runs the server to raise the limit.'
            )
        );
      case 400:
      case 422:
        return new CellOrderError(
          'unprocessable',
          trans.__('The server could not work with this notebook.'),
          said ?? trans.__('Save the notebook, reload the page and try again.')
        );
      case 503:
        return this.unavailable(response, sentence(body, 'reason'), said);
      case 504:
        return new CellOrderError(
          'timeout',
          trans.__('The suggestion took too long, so the server gave up.'),
          said ??
            trans.__(
              'Try again when the machine is less busy, or place a few selected cells only.'
            )
        );
      default:
        return new CellOrderError(
          'server',
          trans.__('The server failed (status %1).', response.status),
          said ?? trans.__('Look at the log of the Jupyter server.')
        );
    }
  }

  private unavailable(
    response: Response,
    reason: string | null,
    said: string | null
  ): CellOrderError {
    const { trans } = this;
    if (reason === 'stopping') {
      return new CellOrderError(
        'offline',
        trans.__('The Jupyter server is shutting down.'),
        trans.__('Try again when it runs.')
      );
    }
    // Without a reason it is a proxy that speaks, not our own server.
    if (reason === null || reason === 'busy') {
      const seconds = Math.ceil(Number(response.headers.get('Retry-After')));
      return new CellOrderError(
        'busy',
        trans.__('The server is busy with other suggestions.'),
        seconds > 0
          ? trans._n(
              'Try again in a second.',
              'Try again in %1 seconds.',
              seconds
            )
          : trans.__('Try again in a moment.')
      );
    }
    return new CellOrderError(
      'model',
      trans.__('The server cannot load its model.'),
      said ?? trans.__('Install jupyter-cellorder again and restart Jupyter.')
    );
  }

  private otherVersion(api: number, version: string): CellOrderError {
    const { trans } = this;
    return new CellOrderError(
      'version',
      trans.__(
        'This page runs Cell Order %1, the server runs %2, and the two do not understand each other.',
        PACKAGE_VERSION,
        version
      ),
      api < API_VERSION
        ? trans.__(
            'Upgrade jupyter-cellorder in the environment of the Jupyter server, then restart the server.'
          )
        : trans.__(
            'Reload the page; if that does not help, upgrade jupyter-cellorder in the environment of JupyterLab.'
          )
    );
  }

  private aborted(): CellOrderError {
    return new CellOrderError('aborted', this.trans.__('Cancelled.'), '');
  }

  private offline(): CellOrderError {
    return new CellOrderError(
      'offline',
      this.trans.__('The Jupyter server does not answer.'),
      this.trans.__('Check that it is running and that you are connected.')
    );
  }

  private badAnswer(): CellOrderError {
    return new CellOrderError(
      'bad-answer',
      this.trans.__('The server gave an answer that does not fit.'),
      this.trans.__(
        'Upgrade jupyter-cellorder, restart Jupyter and reload the page.'
      )
    );
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function sentence(body: unknown, key: 'message' | 'reason'): string | null {
  const value = isRecord(body) ? body[key] : null;
  return typeof value === 'string' && value !== '' ? value : null;
}

function isHealth(body: unknown): body is IHealth {
  return (
    isRecord(body) &&
    typeof body.api_version === 'number' &&
    typeof body.package_version === 'string'
  );
}

function isMove(value: unknown): value is IMove {
  return (
    isRecord(value) &&
    typeof value.cell === 'string' &&
    ['from', 'to', 'gain', 'confidence'].every(
      key => typeof value[key] === 'number'
    )
  );
}

function isAnswer(body: unknown): body is ISuggestAnswer {
  return (
    isRecord(body) &&
    Array.isArray(body.order) &&
    body.order.every(id => typeof id === 'string') &&
    Array.isArray(body.moves) &&
    body.moves.every(isMove)
  );
}

/** Whether every cell sent comes back once, and only free markdown is to move. */
function answers(answer: ISuggestAnswer, request: ISuggestRequest): boolean {
  const sent = new Map(request.cells.map(cell => [cell.id, cell]));
  const back = new Set(answer.order);
  return (
    answer.order.length === sent.size &&
    back.size === sent.size &&
    answer.order.every(id => sent.has(id)) &&
    answer.moves.every(move => {
      const cell = sent.get(move.cell);
      return cell?.cell_type === 'markdown' && !cell.pinned;
    })
  );
}
