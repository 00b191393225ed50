import { URLExt } from '@jupyterlab/coreutils';
import { ServerConnection } from '@jupyterlab/services';
import type { TranslationBundle } from '@jupyterlab/translation';
import { CellOrderError, type IFacts, type Reason } from './errors';
import type {
  ICellOrderApi,
  IHealth,
  IMove,
  ISuggestAnswer,
  ISuggestRequest
} from './tokens';
import { API_VERSION } from './version';

/** Asks the server extension, and turns whatever fails into a `CellOrderError`. */
export class CellOrderApi implements ICellOrderApi {
  constructor(
    private readonly settings: ServerConnection.ISettings,
    private readonly trans: TranslationBundle
  ) {}

  async health(signal: AbortSignal): Promise<IHealth> {
    const body = await this.request('health', { method: 'GET' }, signal);
    if (!isHealth(body)) {
      throw this.error('bad-answer');
    }
    if (body.api_version !== API_VERSION) {
      throw this.error(
        body.api_version < API_VERSION ? 'old-server' : 'old-page',
        { serverVersion: body.package_version }
      );
    }
    return body;
  }

  async suggest(
    request: ISuggestRequest,
    signal: AbortSignal
  ): Promise<ISuggestAnswer> {
    const init = { method: 'POST', body: JSON.stringify(request) };
    const body = await this.request('suggest', init, signal, {
      cells: request.cells.length
    });
    if (!isAnswer(body) || !answers(body, request)) {
      throw this.error('bad-answer');
    }
    return body;
  }

  private async request(
    endpoint: string,
    init: RequestInit,
    signal: AbortSignal,
    facts: IFacts = {}
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
      throw this.error(signal.aborted ? 'aborted' : 'offline');
    }
    const body = parse(text);
    if (!response.ok) {
      throw this.failure(response, body, facts);
    }
    if (body === null && response.redirected) {
      // Who is not logged in is led to a page to log in.
      throw this.error('logged-out');
    }
    return body;
  }

  private error(reason: Reason, facts: IFacts = {}): CellOrderError {
    return new CellOrderError(reason, this.trans, facts);
  }

  private failure(
    response: Response,
    body: unknown,
    facts: IFacts
  ): CellOrderError {
    const { status } = response;
    const code = said(body, 'reason');
    const wait = Math.ceil(Number(response.headers.get('Retry-After')));
    return new CellOrderError(reasonOf(status, code), this.trans, {
      ...facts,
      status,
      retryAfter: wait > 0 ? wait : undefined,
      detail: said(body, 'message')
    });
  }
}

/** What an HTTP status and the server's own code for the failure mean. */
function reasonOf(status: number, code: string | undefined): Reason {
  switch (status) {
    case 401:
      return 'logged-out';
    case 403:
      // A proxy or a Hub in front says nothing of its own: most often the login has run out.
      return code === 'forbidden' ? 'forbidden' : 'logged-out';
    case 404:
      return 'not-installed';
    case 413:
      return 'too-large';
    case 400:
    case 422:
      return (code && UNPROCESSABLE[code]) || 'unprocessable';
    case 503:
      // Without a code it is a proxy that speaks, not our own server.
      return code === undefined ? 'busy' : (UNAVAILABLE[code] ?? 'model');
    case 504:
      return 'timeout';
    default:
      return 'server';
  }
}

const UNPROCESSABLE: Readonly<Record<string, Reason>> = {
  'too-long': 'too-long',
  'too-many-cells': 'too-many-cells',
  'too-many-characters': 'too-large'
};

const UNAVAILABLE: Readonly<Record<string, Reason>> = {
  'backend-missing': 'settings',
  'bundle-missing': 'settings',
  'bundle-version': 'settings',
  busy: 'busy',
  stopping: 'stopping'
};

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

function said(body: unknown, key: 'message' | 'reason'): string | undefined {
  const value = isRecord(body) ? body[key] : undefined;
  return typeof value === 'string' && value !== '' ? value : undefined;
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
