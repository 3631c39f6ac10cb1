import { type CommandContract, type performShadowRequests, type ReplyOf, type RequestOf } from '#thingcore/contracts';
import { IotError } from '#thingcore/errors';
import { RpcClient } from '#thingcore/transport';
import { ShadowCalls } from './shadow-calls.js';

type Requests = RequestOf<typeof performShadowRequests>['requests'];

/** Answers each request as a test says. */
class FakeShadows extends RpcClient {
  readonly calls: Requests[] = [];

  constructor(private readonly outcomes: (requests: Requests) => object[]) {
    super();
  }

  override call<C extends CommandContract>(_contract: C, input: RequestOf<C>): Promise<ReplyOf<C>> {
    const { requests } = input as { requests: Requests };
    this.calls.push(requests);
    return Promise.resolve().then(() => ({ outcomes: this.outcomes(requests) }) as ReplyOf<C>);
  }
}

const request = (thingName: string) => ({ operation: 'update', thingName, payload: '' }) as const;

describe('ShadowCalls', () => {
  it('makes one call of what one turn brings, in its order, and another for the next', async () => {
    const shadows = new FakeShadows((requests) => requests.map(() => ({})));
    const calls = new ShadowCalls(shadows);
    await Promise.all(['a', 'b', 'a'].map((name) => calls.perform(request(name))));
    await calls.perform(request('c'));
    expect(shadows.calls.map((requests) => requests.map(({ thingName }) => thingName))).toEqual([
      ['a', 'b', 'a'],
      ['c'],
    ]);
  });

  it('splits what is too much for one call', async () => {
    const shadows = new FakeShadows((requests) => requests.map(() => ({})));
    const calls = new ShadowCalls(shadows);
    await Promise.all(Array.from({ length: 300 }, (_, n) => calls.perform(request(`${n}`))));
    expect(shadows.calls.map(({ length }) => length)).toEqual([128, 128, 44]);
  });

  it('gives each request its own outcome', async () => {
    const conflict = new IotError('VersionConflict', 'Version conflict', { details: { clientToken: 't' } });
    const document = '{"state":{},"metadata":{},"version":1,"timestamp":2}';
    const shadows = new FakeShadows(() => [{ document }, { error: conflict.toJSON() }, {}]);
    const calls = new ShadowCalls(shadows);
    const outcomes = await Promise.allSettled(['a', 'b', 'c'].map((name) => calls.perform(request(name))));
    expect(outcomes).toEqual([
      { status: 'fulfilled', value: document },
      {
        status: 'rejected',
        reason: expect.objectContaining({ code: 'VersionConflict', details: { clientToken: 't' } }),
      },
      { status: 'fulfilled', value: undefined },
    ]);
  });

  it('refuses all requests of a call that fails', async () => {
    const shadows = new FakeShadows(() => {
      throw new IotError('ServiceUnavailable', 'away');
    });
    const calls = new ShadowCalls(shadows);
    const outcomes = await Promise.allSettled(['a', 'b'].map((name) => calls.perform(request(name))));
    expect(outcomes).toMatchObject([
      { status: 'rejected', reason: { code: 'ServiceUnavailable' } },
      { status: 'rejected', reason: { code: 'ServiceUnavailable' } },
    ]);
  });
});
