import {
  appendRegistrationLines,
  completeRegistrationInput,
  createRegistrationInput,
  discardRegistrationInput,
  listThingRegistrationTaskReports,
} from '#thingcore/contracts';
import { IotError } from '#thingcore/errors';
import { API_KEYS, type GatewayUnderTest, startGateway } from '../gateway.fixture.js';

const KEY = '0b0c1c9e-53b5-4a9c-8f2f-6a0a0f3f0002';
const TASK = '0b0c1c9e-53b5-4a9c-8f2f-6a0a0f3f0001';

describe('the files of bulk registrations', () => {
  let gateway: GatewayUnderTest;

  beforeAll(async () => {
    gateway = await startGateway();
  });

  afterAll(() => gateway.close());

  beforeEach(() => {
    gateway.services.calls.length = 0;
    gateway.services.answer(createRegistrationInput, () => ({ inputFileKey: KEY }));
    gateway.services.answer(appendRegistrationLines, ({ lines }) => ({ lineCount: lines.length }));
    gateway.services.answer(completeRegistrationInput, () => ({ inputFileKey: KEY, lineCount: 7 }));
    gateway.services.answer(discardRegistrationInput, () => ({}));
  });

  const upload = (payload: string, headers: Record<string, string> = {}) =>
    gateway.app.inject({
      method: 'POST',
      url: '/registration-inputs',
      headers: { authorization: `Bearer ${API_KEYS.operator}`, 'content-type': 'application/x-ndjson', ...headers },
      payload,
    });

  const download = (report: string, key = API_KEYS.viewer) =>
    gateway.app.inject({ url: `/registration-tasks/${TASK}/${report}`, headers: { 'x-api-key': key } });

  const commands = () => gateway.services.calls.map(({ pattern }) => pattern).filter((name) => name.includes('Input'));

  it('come in line by line, in bounded pieces', async () => {
    const line = JSON.stringify({ ThingName: 'x'.repeat(2_000) });
    const response = await upload(`${line}\n`.repeat(600));
    expect([response.statusCode, response.json()]).toEqual([201, { inputFileKey: KEY, lineCount: 7 }]);
    const requests = gateway.services.requestsOf(appendRegistrationLines) as { lines: { lineNumber: number }[] }[];
    expect(requests.flatMap(({ lines }) => lines.map(({ lineNumber }) => lineNumber))).toEqual(
      Array.from({ length: 600 }, (_, index) => index + 1),
    );
    expect(requests.length).toBeGreaterThan(4);
    for (const request of requests) expect(JSON.stringify(request).length).toBeLessThan(300_000);
  });

  it('leave nothing behind when they are refused on the way', async () => {
    gateway.services.answer(appendRegistrationLines, () => {
      throw new IotError('LimitExceeded', 'at most 5 lines', { details: { most: 5 } });
    });
    const response = await upload('{}\n');
    expect(response.statusCode).toBe(410);
    expect(response.json()).toMatchObject({
      errors: [{ message: 'at most 5 lines', extensions: { code: 'LimitExceeded', details: { most: 5 } } }],
    });
    expect(commands()).toEqual(
      [createRegistrationInput, appendRegistrationLines, discardRegistrationInput].map(({ pattern }) => pattern),
    );
  });

  it.each([
    ['nobody', { authorization: '' }, 401, 'UNAUTHENTICATED'],
    ['a viewer', { authorization: `Bearer ${API_KEYS.viewer}` }, 403, 'FORBIDDEN'],
    ['a file of another kind', { 'content-type': 'application/json' }, 415, 'UnsupportedEncoding'],
    ['a compressed file', { 'content-encoding': 'gzip' }, 415, 'UnsupportedEncoding'],
  ] as [string, Record<string, string>, number, string][])(
    'are not taken from %s, nor read',
    async (_name, headers, statusCode, code) => {
      const response = await upload('{}', headers);
      expect([response.statusCode, response.json().errors[0].extensions.code]).toEqual([statusCode, code]);
      expect(commands()).toEqual([]);
    },
  );

  it('go out as JSON lines, page by page', async () => {
    gateway.services.answer(listThingRegistrationTaskReports, ({ after }) =>
      after === undefined ? { lines: ['{"a":1}', '{"a":2}'], nextToken: '2' } : { lines: ['{"a":3}'] },
    );
    const response = await download('results.jsonl');
    expect([response.statusCode, response.body]).toEqual([200, '{"a":1}\n{"a":2}\n{"a":3}\n']);
    expect(response.headers).toMatchObject({ 'content-type': 'application/x-ndjson', 'cache-control': 'no-store' });
    expect(gateway.services.requestsOf(listThingRegistrationTaskReports)).toEqual([
      { taskId: TASK, reportType: 'RESULTS' },
      { taskId: TASK, reportType: 'RESULTS', after: '2' },
    ]);
  });

  it('are empty where there is nothing to report', async () => {
    gateway.services.answer(listThingRegistrationTaskReports, () => ({ lines: [] }));
    const response = await download('errors.jsonl');
    expect([response.statusCode, response.body]).toEqual([200, '']);
  });

  it('say what is wrong instead: a wrong key, a task that does not exist', async () => {
    expect((await download('errors.jsonl', 'no key')).statusCode).toBe(401);
    gateway.services.answer(listThingRegistrationTaskReports, () => {
      throw new IotError('ResourceNotFound', 'The registration task does not exist');
    });
    const response = await download('errors.jsonl');
    expect([response.statusCode, response.json().errors[0].message]).toEqual([
      404,
      'The registration task does not exist',
    ]);
  });
});
