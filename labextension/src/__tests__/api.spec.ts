import { ServerConnection } from '@jupyterlab/services';
import { nullTranslator } from '@jupyterlab/translation';
import { CellOrderApi } from '../api';
import { CellOrderError } from '../errors';
import type { ISuggestAnswer, ISuggestRequest } from '../tokens';
import { answerOf, requestOf } from './notebook';

const IDS = ['c1', 'm1', 'c2'];
const ANSWER = answerOf(IDS, ['m1', 'c1', 'c2'], ['m1']);
const REQUEST: ISuggestRequest = {
  mode: 'review',
  keep_markdown_order: false,
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

  it.each([
    [403, 'forbidden', /may not/, /Log in/],
    [404, 'server-missing', /not running/, /Install jupyter-cellorder/],
    [413, 'too-large', /too large/, /Split the notebook/],
    [400, 'unprocessable', /could not work/, /reload the page/],
    [422, 'unprocessable', /could not work/, /reload the page/],
    [503, 'busy', /busy/, /in a moment/],
    [504, 'timeout', /too long/, /less busy/],
    [500, 'server', /status 500/, /log of the Jupyter server/]
  ])(
    'status %d without words of the server is %s',
    async (status, reason, message, advice) => {
      const api = apiWith(answering(status, '<html>a proxy</html>'));
      const error = await failure(api.suggest(REQUEST, signal()));
      expect(error.reason).toBe(reason);
      expect(error.message).toMatch(message);
      expect(error.advice).toMatch(advice);
    }
  );

  it.each([403, 413, 422, 500, 504])(
    'status %d passes on what the server says to do',
    async status => {
      const message = 'Do this and that.';
      const api = apiWith(answering(status, { message, reason: 'some-code' }));
      const error = await failure(api.suggest(REQUEST, signal()));
      expect(error.advice).toBe(message);
    }
  );

  it('says when to come back to a busy server', async () => {
    const body = { message: 'Busy.', reason: 'busy' };
    const api = apiWith(answering(503, body, { 'Retry-After': '5' }));
    const error = await failure(api.suggest(REQUEST, signal()));
    expect(error.reason).toBe('busy');
    expect(error.advice).toBe('Try again in 5 seconds.');
  });

  it('tells a broken model from a busy server', async () => {
    const body = { message: 'Install it again.', reason: 'bundle-corrupt' };
    const api = apiWith(answering(503, body));
    const error = await failure(api.suggest(REQUEST, signal()));
    expect(error.reason).toBe('model');
    expect(error.advice).toBe('Install it again.');
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

  it.each([
    [0, /Upgrade jupyter-cellorder in the environment of the Jupyter server/],
    [2, /Reload the page/]
  ])(
    'names what to upgrade when the server speaks version %d',
    async (version, advice) => {
      const api = apiWith(answering(200, { ...HEALTH, api_version: version }));
      const error = await failure(api.health(signal()));
      expect(error.reason).toBe('version');
      expect(error.message).toContain('9.8.7');
      expect(error.advice).toMatch(advice);
    }
  );

  it('refuses an answer of something else', async () => {
    const api = apiWith(answering(200, { hello: 'world' }));
    expect((await failure(api.health(signal()))).reason).toBe('bad-answer');
  });
});
