import { type CommandContract, deleteShadow, getShadow, listNamedShadows, updateShadow } from '#thingcore/contracts';
import { IotError } from '#thingcore/errors';
import { SystemClock } from '#thingcore/platform';
import { RpcClient } from '#thingcore/transport';
import type { HttpCaller } from './http-callers.js';
import { ThingShadows } from './thing-shadows.js';

/** A shadow service that answers what a test says, and what it was asked. */
class FakeShadowService extends RpcClient {
  readonly asked: [pattern: string, request: unknown][] = [];

  constructor(private readonly answers: Readonly<Record<string, unknown>>) {
    super();
  }

  override call<C extends CommandContract>({ pattern }: C, request: unknown): Promise<never> {
    this.asked.push([pattern, JSON.parse(JSON.stringify(request))]);
    return Promise.resolve(this.answers[pattern] as never);
  }
}

describe('ThingShadows', () => {
  let service: FakeShadowService;
  let shadows: ThingShadows;
  let demands: unknown[];
  const caller = {
    principal: 'certificate',
    mayUseShadow: (...demand: unknown[]) => void demands.push(demand),
  } as Partial<HttpCaller> as HttpCaller;
  const author = { origin: 'HTTP', principal: 'certificate' };
  const queryOf = (text = '') => new URLSearchParams(text);
  const read = () => Promise.resolve(Buffer.from('{}'));

  beforeEach(() => {
    demands = [];
    service = new FakeShadowService({
      [getShadow.pattern]: { document: { version: 1 } },
      [updateShadow.pattern]: { accepted: { version: 2 } },
      [deleteShadow.pattern]: { deleted: { version: 3 } },
      [listNamedShadows.pattern]: { things: [{ thingName: 'lamp', shadowNames: ['a'], nextToken: 'a' }] },
    });
    shadows = new ThingShadows(service, new SystemClock());
  });

  // AWS: the policy actions of shadows over HTTP
  it('reads, changes and deletes a shadow under an action of its own each', async () => {
    expect(await shadows.get(caller, 'lamp', queryOf('name=a'))).toEqual({ version: 1 });
    expect(await shadows.update(caller, 'lamp', queryOf(), read)).toEqual({ version: 2 });
    expect(await shadows.delete(caller, 'lamp', queryOf('name=a'))).toEqual({ version: 3 });
    expect(demands).toEqual([
      ['GetThingShadow', 'lamp', 'a'],
      ['UpdateThingShadow', 'lamp', undefined],
      ['DeleteThingShadow', 'lamp', 'a'],
    ]);
    expect(service.asked).toEqual([
      [getShadow.pattern, { thingName: 'lamp', shadowName: 'a' }],
      [updateShadow.pattern, { thingName: 'lamp', payload: 'e30=', author }],
      [deleteShadow.pattern, { thingName: 'lamp', shadowName: 'a', author }],
    ]);
  });

  it('lists the names of shadows, page by page', async () => {
    const first = await shadows.list(caller, 'lamp', queryOf('pageSize=1'));
    expect(first).toMatchObject({ results: ['a'], nextToken: expect.any(String) as string });
    await shadows.list(caller, 'lamp', queryOf(`nextToken=${String(first['nextToken'])}`));
    expect(service.asked.map(([, request]) => request)).toEqual([
      { thingNames: ['lamp'], limit: 1 },
      { thingNames: ['lamp'], limit: 25, after: 'a' },
    ]);
  });

  it.each(['0', '101', '1.5', 'x'])('refuses a page of %s names', async (size) => {
    await expect(shadows.list(caller, 'lamp', queryOf(`pageSize=${size}`))).rejects.toMatchObject({
      code: 'InvalidRequest',
    });
  });

  it('listens to nobody who may not', async () => {
    const stranger: HttpCaller = {
      ...caller,
      mayUseShadow: () => {
        throw new IotError('Forbidden', 'no');
      },
    };
    const body = () => Promise.reject(new Error('the body was read'));
    await expect(shadows.update(stranger, 'lamp', queryOf(), body)).rejects.toMatchObject({ code: 'Forbidden' });
    expect(service.asked).toEqual([]);
  });
});
