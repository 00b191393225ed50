import { ServerConnection } from '@jupyterlab/services';
import { nullTranslator } from '@jupyterlab/translation';
import { CellOrderApi } from '../api';
import { CellOrderError, type Action, type Reason } from '../errors';
import type { ISuggestAnswer, ISuggestRequest } from '../tokens';
import { answerOf, requestOf } from './notebook';

const IDS = ['c1', 'm1', 'c2'];
const ANSWER = answerOf(IDS, ['m1', 'c1', 'c2'], ['m1']);
const REQUEST: ISuggestRequest = {
  mode: 'review',
  keep_markdown_order: false,
  eagerness: 'balanced',
  cells: requestOf(IDS),
  selected: []
};
const HEALTH = {
  package_version: '9.8.7',
  api_version: 1,
  bundle: null,
  backend: 'onnx',
  state: 'cold',
  message: null
};

type Fetch = (url: RequestInfo | URL, init?: RequestInit) => Promise<Response>;

function apiWith(fetch: Fetch): CellOrderApi {
  const settings = ServerConnection.makeSettings({
    baseUrl: 'http://localhost:8888/user/me/',
    fetch
  });
  return new CellOrderApi(settings, nullTranslator.load(''));
}

function answering(
  status: number,
  body: unknown,
  headers: Record<string, string> = {}
): Fetch {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  return async () => new Response(text, { status, headers });
}

async function failure(promise: Promise<unknown>): Promise<CellOrderError> {
  const error: unknown = await promise.then(
    () => null,
    (reason: unknown) => reason
  );
  expect(error).toBeInstanceOf(CellOrderError);
  return error as CellOrderError;
}

const signal = () => new AbortController().signal;

describe('suggest', () => {
  it('posts the question and returns the answer', async () => {
    const seen: { url: string; method: string; body: unknown }[] = [];
    const api = apiWith(async (input, init) => {
      const request = new Request(input, init);
      seen.push({
        url: request.url.split('?')[0],
        method: request.method,
        body: JSON.parse(await request.text())
      });
      return new Response(JSON.stringify(ANSWER));
    });
    expect(await api.suggest(REQUEST, signal())).toEqual(ANSWER);
    expect(seen).toEqual([
      {
        url: 'http://localhost:8888/user/me/cellorder/suggest',
        method: 'POST',
        body: REQUEST
      }
    ]);
  });

  it.each<[number, Reason, Action]>([
    [401, 'logged-out', 'log-in'],
    [403, 'logged-out', 'log-in'],
    [404, 'not-installed', 'copy-install'],
    [413, 'too-large', 'show-longest'],
    [400, 'unprocessable', 'reload'],
    [422, 'unprocessable', 'reload'],
    [503, 'busy', 'try-again'],
    [504, 'timeout', 'try-again'],
    [500, 'server', 'try-again']
  ])('status %d of a proxy is %s', async (status, reason, action) => {
    const api = apiWith(answering(status, '<html>a proxy</html>'));
    const error = await failure(api.suggest(REQUEST, signal()));
    expect(error).toMatchObject({ reason, action, detail: null });
    expect(error.message).toMatch(/^[A-Z][^.]+(?:\.[0-9][^.]*)*\.$/);
  });

  it.each<[number, string, Reason, Action]>([
    [403, 'unauthenticated', 'logged-out', 'log-in'],
    [403, 'forbidden', 'forbidden', 'reload'],
    [413, 'body-too-large', 'too-large', 'show-longest'],
    [422, 'too-many-cells', 'too-many-cells', 'copy-setting'],
    [422, 'too-many-characters', 'too-large', 'show-longest'],
    [422, 'too-long', 'too-long', 'try-again'],
    [422, 'duplicate-ids', 'unprocessable', 'reload'],
    [503, 'busy', 'busy', 'try-again'],
    [503, 'stopping', 'stopping', 'try-again'],
    [503, 'bundle-corrupt', 'model', 'copy-install'],
    [503, 'bundle-failed', 'model', 'copy-install'],
    [503, 'bundle-missing', 'settings', 'try-again'],
    [503, 'bundle-version', 'settings', 'try-again'],
    [503, 'backend-missing', 'settings', 'try-again'],
    [504, 'timed-out', 'timeout', 'try-again'],
    [500, 'internal', 'server', 'try-again']
  ])(
    'status %d with the code %s is %s, and keeps what the server says',
    async (status, code, reason, action) => {
      const message = 'Do this and that.';
      const api = apiWith(answering(status, { message, reason: code }));
      const error = await failure(api.suggest(REQUEST, signal()));
      expect(error).toMatchObject({ reason, action, detail: message });
    }
  );

  it('says when to come back to a busy server', async () => {
    const body = { message: 'Busy.', reason: 'busy' };
    const api = apiWith(answering(503, body, { 'Retry-After': '5' }));
    const error = await failure(api.suggest(REQUEST, signal()));
    expect(error.message).toContain('5 seconds');
  });

  it('knows a page to log in that comes instead of an answer', async () => {
    const api = apiWith(async () => {
      const response = new Response('<html>Log in</html>');
      Object.defineProperty(response, 'redirected', { value: true });
      return response;
    });
    expect((await failure(api.suggest(REQUEST, signal()))).reason).toBe(
      'logged-out'
    );
  });

  it('tells an offline server from a cancelled request', async () => {
    const api = apiWith(async () => {
      throw new TypeError('Failed to fetch');
    });
    expect((await failure(api.suggest(REQUEST, signal()))).reason).toBe(
      'offline'
    );
    const abort = new AbortController();
    const cancelled = failure(api.suggest(REQUEST, abort.signal));
    abort.abort();
    expect((await cancelled).reason).toBe('aborted');
  });

  const foreign = { ...ANSWER.moves[0], cell: 'c1' };
  it.each<[string, unknown]>([
    ['no JSON', 'OK'],
    ['no order', { ...ANSWER, order: undefined }],
    ['a missing cell', { ...ANSWER, order: ['m1', 'c1'] }],
    ['a doubled cell', { ...ANSWER, order: ['m1', 'c1', 'c1'] }],
    ['a foreign cell', { ...ANSWER, order: ['m1', 'c1', 'x'] }],
    ['a move of code', { ...ANSWER, moves: [foreign] }],
    ['a move without confidence', { ...ANSWER, moves: [{ cell: 'm1' }] }]
  ])('refuses an answer with %s', async (_name, body) => {
    const api = apiWith(answering(200, body));
    expect((await failure(api.suggest(REQUEST, signal()))).reason).toBe(
      'bad-answer'
    );
  });

  it('refuses to move a pinned cell', async () => {
    const api = apiWith(answering(200, ANSWER satisfies ISuggestAnswer));
    const cells = REQUEST.cells.map(cell => ({ ...cell, pinned: true }));
    const error = await failure(api.suggest({ ...REQUEST, cells }, signal()));
    expect(error.reason).toBe('bad-answer');
  });
});

describe('health', () => {
  it('returns what the server says of itself', async () => {
    const api = apiWith(answering(200, HEALTH));
    expect(await api.health(signal())).toEqual(HEALTH);
  });

  it.each<[number, Reason, Action]>([
    [0, 'old-server', 'copy-upgrade'],
    [2, 'old-page', 'reload']
  ])(
    'names what is too old when the server speaks version %d',
    async (version, reason, action) => {
      const api = apiWith(answering(200, { ...HEALTH, api_version: version }));
      const error = await failure(api.health(signal()));
      expect(error).toMatchObject({ reason, action });
      expect(error.message).toContain('9.8.7');
    }
  );

  it('refuses an answer of something else', async () => {
    const api = apiWith(answering(200, { hello: 'world' }));
    expect((await failure(api.health(signal()))).reason).toBe('bad-answer');
  });
});
