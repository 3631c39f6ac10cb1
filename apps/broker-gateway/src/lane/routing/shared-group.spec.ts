import type { Receiver } from '../connection/receiver.js';
import { RouteTable } from './route-table.js';
import { STANDARD_TOPIC_LIMITS } from '#thingcore/topics';
import { Session } from './session.js';
import type { SharedGroup } from './shared-group.js';
import { RemoteNode } from './remote-node.js';
import { SubscriptionIndex } from './subscription-index.js';

const OPTIONS = { qos: 1, noLocal: false, retainAsPublished: false } as const;

function setUp() {
  const routes = new RouteTable(STANDARD_TOPIC_LIMITS, 100);
  const index = new SubscriptionIndex({ parentMatchesHash: true }, (filterKey) => routes.invalidate(filterKey));
  const receivers = (topic: string) => routes.receivers(routes.route(topic), index);
  return { index, receivers };
}

function member(clientId: string, isPersistent: boolean, state: 'here' | 'elsewhere' | 'away'): Session {
  const session = new Session(clientId, isPersistent);
  if (state === 'here') session.receiver = {} as Receiver;
  if (state === 'elsewhere') session.nodeId = 'n2';
  return session;
}

/** Who is picked over many messages. */
function picked(group: SharedGroup | undefined, canQueue: boolean, hops = 0): string[] {
  let turn = 0;
  const random = () => (turn++ * 0.618_033_988_75) % 1;
  const ids = Array.from({ length: 100 }, () => {
    const choice = group?.pick(random, { canQueue, hops });
    return typeof choice === 'string' ? choice : (choice?.session.clientId ?? 'nobody');
  });
  return [...new Set(ids)].sort();
}

describe('SharedGroup', () => {
  it('has the members of one share name and filter; others make groups of their own', () => {
    const { index, receivers } = setUp();
    for (const [id, filter] of [
      ['1', '$share/g/a/+'],
      ['2', '$share/g/a/+'],
      ['3', '$share/h/a/+'],
      ['4', '$share/g/#'],
    ] as const) {
      index.add(member(id, false, 'here'), filter, OPTIONS);
    }
    index.add(member('5', false, 'here'), 'a/b', OPTIONS);
    const { groups, recipients } = receivers('a/b');
    expect(groups.map((group) => picked(group, false)).sort()).toEqual([['1', '2'], ['3'], ['4']]);
    expect(recipients.map(({ session }) => session.clientId)).toEqual(['5']);
  });

  it('gives messages to every member that is online, and to nobody else', () => {
    const { index, receivers } = setUp();
    for (const id of ['1', '2', '3']) index.add(member(id, false, 'here'), '$share/g/t', OPTIONS);
    index.add(member('4', true, 'away'), '$share/g/t', OPTIONS);
    expect(picked(receivers('t').groups[0], true)).toEqual(['1', '2', '3']);
  });

  it('reaches a session at another node through its queue, and with QoS 0 through its node', () => {
    const { index, receivers } = setUp();
    index.add(member('1', true, 'elsewhere'), '$share/g/t', OPTIONS);
    expect(picked(receivers('t').groups[0], true)).toEqual(['1']);
    expect(picked(receivers('t').groups[0], false)).toEqual(['n2']);
  });

  it('gives messages to other nodes in proportion to their members, until they were handed on too often', () => {
    const { index, receivers } = setUp();
    const [n2, n3] = [new RemoteNode('n2'), new RemoteNode('n3')];
    index.setRemoteMembers(n2, '$share/g/t', 1);
    expect(picked(receivers('t').groups[0], false)).toEqual(['n2']);
    index.add(member('1', false, 'here'), '$share/g/t', OPTIONS);
    index.setRemoteMembers(n3, '$share/g/t', 2);
    expect(picked(receivers('t').groups[0], false)).toEqual(['1', 'n2', 'n3']);
    let turn = 0;
    const choices = Array.from({ length: 4 }, () =>
      receivers('t').groups[0]?.pick(() => turn++ / 4, { canQueue: false, hops: 0 }),
    );
    expect(choices.slice(1)).toEqual(['n2', 'n3', 'n3']);
    expect(picked(receivers('t').groups[0], false, 3)).toEqual(['1']);
    index.setRemoteMembers(n2, '$share/g/t', 0);
    index.removeAll(n3);
    expect(picked(receivers('t').groups[0], false)).toEqual(['1']);
  });

  it('queues for all when nobody is online and a member has a session, and only then. AWS: Shared subscriptions', () => {
    const { index, receivers } = setUp();
    index.add(member('1', true, 'away'), '$share/g/t', OPTIONS);
    index.add(member('2', false, 'away'), '$share/g/t', OPTIONS);
    index.add(member('3', true, 'away'), '$share/g/t', { ...OPTIONS, qos: 0 });
    expect(receivers('t').hasQueues).toBe(true);
    expect(picked(receivers('t').groups[0], true)).toEqual(['\0group/$share/g/t']);
    expect(picked(receivers('t').groups[0], false)).toEqual(['nobody']);
  });

  it('is gone with its last member', () => {
    const { index, receivers } = setUp();
    const session = member('1', false, 'here');
    index.add(session, '$share/g/t', OPTIONS);
    index.add(session, '$share/g/t', { ...OPTIONS, qos: 0 });
    expect(receivers('t').groups).toHaveLength(1);
    index.removeAll(session);
    expect(receivers('t').groups).toEqual([]);
  });
});
