import fc from 'fast-check';
import { AWS_TOPIC_LIMITS, matchesFilter, STANDARD_TOPIC_LIMITS } from '#thingcore/topics';
import { latin1Key } from '../packets/utf8-text.js';
import { RouteTable } from './route-table.js';
import { Session } from './session.js';
import { SubscriptionIndex } from './subscription-index.js';
import { RemoteNode } from './remote-node.js';
import type { SubscriptionOptions } from './subscription.js';

const options = (given: Partial<SubscriptionOptions> = {}): SubscriptionOptions => ({
  qos: 0,
  noLocal: false,
  retainAsPublished: false,
  ...given,
});

function setUp(parentMatchesHash = false, capacity = 100) {
  const routes = new RouteTable(STANDARD_TOPIC_LIMITS, capacity);
  const index = new SubscriptionIndex({ parentMatchesHash }, (filterKey) => routes.invalidate(filterKey));
  const receivers = (topic: string) => routes.receivers(routes.route(latin1Key(topic)), index);
  const names = (topic: string) =>
    receivers(topic)
      .recipients.map(({ session }) => session.clientId)
      .sort();
  return { routes, index, receivers, names };
}

describe('RouteTable and SubscriptionIndex', () => {
  it('agree with matchesFilter after any changes, though routes are remembered', () => {
    const level = fc.constantFrom('a', 'b', 'ü', '', '$x');
    const topics = fc.array(level, { minLength: 1, maxLength: 3 }).map((levels) => levels.join('/'));
    const filters = fc
      .tuple(fc.array(fc.oneof(level, fc.constant('+')), { minLength: 1, maxLength: 3 }), fc.boolean())
      .map(([levels, hasHash]) => [...levels, ...(hasHash ? ['#'] : [])].join('/'));
    const steps = fc.array(fc.tuple(fc.constantFrom('add', 'remove', 'look'), fc.nat(2), filters, topics), {
      maxLength: 60,
    });
    fc.assert(
      fc.property(steps, fc.boolean(), (all, parentMatchesHash) => {
        const { index, names } = setUp(parentMatchesHash, 5);
        const sessions = ['0', '1', '2'].map((id) => new Session(id, false));
        const expected = sessions.map(() => new Set<string>());
        for (const [step, which, filter, topic] of all) {
          if (filter === '' || topic === '') continue;
          if (step === 'add') {
            index.add(sessions[which] as Session, filter, options());
            expected[which]?.add(filter);
          } else if (step === 'remove') {
            index.remove(sessions[which] as Session, filter);
            expected[which]?.delete(filter);
          }
          const matching = expected
            .map(
              (mine, id) =>
                [String(id), [...mine].some((one) => matchesFilter(one, topic, { parentMatchesHash }))] as const,
            )
            .filter(([, isMatching]) => isMatching)
            .map(([id]) => id);
          expect(names(topic)).toEqual(matching);
        }
      }),
      { numRuns: 300 },
    );
  });

  it('forgets only the receivers of topics that a changed filter matches', () => {
    const { routes, index, receivers } = setUp();
    const session = new Session('s', false);
    index.add(session, 'fleet/1/#', options());
    const [first, second] = [routes.route('fleet/1/data'), routes.route('fleet/2/data')];
    const before = [receivers('fleet/1/data'), receivers('fleet/2/data')];
    index.add(session, 'fleet/2/+', options());
    expect(first.receivers).toBe(before[0]);
    expect(second.receivers).toBeUndefined();
    index.add(session, 'fleet/2/+', options());
    expect(receivers('fleet/2/data')).toBe(receivers('fleet/2/data'));
  });

  it('makes one recipient of overlapping subscriptions [MQTT-3.3.5-1]', () => {
    const { index, receivers } = setUp();
    const session = new Session('s', false);
    index.add(session, 'a', options({ qos: 1, identifier: 7 }));
    index.add(session, '+', options({ retainAsPublished: true, identifier: 8 }));
    index.add(session, '#', options());
    const { recipients } = receivers('a');
    expect(recipients).toHaveLength(1);
    expect(recipients[0]).toMatchObject({ qos: 1, retainAsPublished: true });
    expect(new Set(recipients[0]?.identifiers)).toEqual(new Set([7, 8]));
  });

  it.each<[string, boolean[], 0 | 1 | undefined]>([
    ['nothing when all have No Local', [true, true], undefined],
    ['what the others make when some have', [true, false], 0],
  ])('gives a receiver of its own messages %s [MQTT-3.8.3-3]', (_name, [first, second], qos) => {
    const { index, receivers } = setUp();
    const session = new Session('s', false);
    index.add(session, 'a', options({ qos: 1, noLocal: first === true }));
    index.add(session, '#', options({ noLocal: second === true }));
    expect(receivers('a').recipients[0]?.qos).toBe(1);
    expect(receivers('a').recipients[0]?.own?.qos).toBe(qos);
  });

  it('knows whether a message has to be stored, and which nodes want it', () => {
    const { index, receivers } = setUp();
    index.add(new Session('clean', false), 'a', options({ qos: 1 }));
    index.add(new Session('zero', true), 'a', options());
    index.add(new RemoteNode('n2'), '#', options({ qos: 1 }));
    expect(receivers('a')).toMatchObject({ hasQueues: false, nodeIds: ['n2'] });
    index.add(new Session('kept', true), '+', options({ qos: 1 }));
    expect(receivers('a').hasQueues).toBe(true);
  });

  it('forgets the oldest topics when it is full, and says so', () => {
    const { routes } = setUp(false, 32);
    const oldest = routes.route('t/0');
    for (let count = 1; count <= 40; count++) routes.route(`t/${count}`);
    expect(routes.size).toBeLessThanOrEqual(32);
    expect(oldest.isForgotten).toBe(true);
    expect(routes.route('t/0')).not.toBe(oldest);
  });

  it.each<[string, string, number]>([
    ['a wildcard [MQTT-3.3.2-2]', 'a/+', 0x90],
    ['U+0000 [MQTT-4.7.3-2]', 'a\0', 0x90],
    ['bytes that are no UTF-8 [MQTT-1.5.4-1]', '\xff', 0x81],
    ['too many slashes. AWS: topic limits', 'a/b/c/d/e/f/g/h/i', 0x90],
  ])('refuses a topic with %s, and remembers no such topic', (_name, key, reasonCode) => {
    const routes = new RouteTable(AWS_TOPIC_LIMITS, 10);
    expect(routes.route(key).problem).toMatchObject({ reasonCode });
    expect(routes.size).toBe(0);
  });
});
