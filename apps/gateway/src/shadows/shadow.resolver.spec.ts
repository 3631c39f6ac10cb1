import type { RpcClient } from '#thingcore/transport';
import type { SubscriptionContext } from '../requests/gateway-context.js';
import { ShadowResolver } from './shadow.resolver.js';
import type { ShadowUpdates } from './shadow-updates.js';

describe('a subscription to a shadow', () => {
  const subscribed: unknown[][] = [];
  const updates = { subscribe: (...given: unknown[]) => subscribed.push(given.slice(1)) };
  const sut = new ShadowResolver({} as RpcClient, updates as unknown as ShadowUpdates);
  const subscribe = (name: string | null | undefined) => sut.shadowUpdated('lamp', name, {} as SubscriptionContext);

  it.each(['', 'a/b', 'a b', 'n'.repeat(65)])('is refused for the name %j, which no shadow can have', (name) => {
    let refusal: unknown;
    try {
      subscribe(name);
    } catch (error) {
      refusal = error;
    }
    expect(refusal).toMatchObject({ code: 'InvalidRequest', details: { field: 'name' } });
    expect(subscribed).toEqual([]);
  });

  it('is one to the classic shadow without a name', () => {
    for (const name of [undefined, null, '$config:1']) subscribe(name);
    expect(subscribed.splice(0)).toEqual([
      ['lamp', null],
      ['lamp', null],
      ['lamp', '$config:1'],
    ]);
  });
});
