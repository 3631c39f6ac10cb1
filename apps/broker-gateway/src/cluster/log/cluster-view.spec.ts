import fc from 'fast-check';
import type { ClusterChange, SharedSubscriptionOptions } from './cluster-change.js';
import { readLoggedChange } from './cluster-change.js';
import { type ClusterListener, ClusterView, type NodeInterests, type SessionRecord } from './cluster-view.js';

const OPTIONS: SharedSubscriptionOptions = { qos: 1, noLocal: false, retainAsPublished: false };

/** What a node makes of what it is told: the state that the lane would have. */
class Heard implements ClusterListener {
  readonly filters = new Set<string>();
  readonly groups = new Map<string, number>();
  readonly subscriptions = new Map<string, SharedSubscriptionOptions>();
  readonly places = new Map<string, string>();
  calls = 0;
  ends = 0;

  remoteFilter(nodeId: string, filter: string, isWanted: boolean): void {
    this.calls++;
    if (isWanted) this.filters.add(`${nodeId} ${filter}`);
    else this.filters.delete(`${nodeId} ${filter}`);
  }

  remoteGroup(nodeId: string, group: string, members: number): void {
    this.calls++;
    if (members > 0) this.groups.set(`${nodeId} ${group}`, members);
    else this.groups.delete(`${nodeId} ${group}`);
  }

  remoteGone(nodeId: string): void {
    this.calls++;
    for (const key of [...this.filters]) if (key.startsWith(`${nodeId} `)) this.filters.delete(key);
    for (const key of [...this.groups.keys()]) if (key.startsWith(`${nodeId} `)) this.groups.delete(key);
  }

  subscribed(clientId: string, subscriptions: ReadonlyMap<string, SharedSubscriptionOptions>): void {
    this.calls++;
    for (const [filter, options] of subscriptions) this.subscriptions.set(`${clientId} ${filter}`, options);
  }

  unsubscribed(clientId: string, filters: readonly string[]): void {
    this.calls++;
    for (const filter of filters) this.subscriptions.delete(`${clientId} ${filter}`);
  }

  ended(clientId: string): void {
    this.calls++;
    this.ends++;
    for (const key of [...this.subscriptions.keys()])
      if (key.startsWith(`${clientId} `)) this.subscriptions.delete(key);
    this.places.delete(clientId);
  }

  located(clientId: string, nodeId: string | undefined): void {
    this.calls++;
    if (nodeId === undefined) this.places.delete(clientId);
    else this.places.set(clientId, nodeId);
  }

  get state() {
    const sorted = <T>(entries: Iterable<[string, T]>) => [...entries].sort(([a], [b]) => (a < b ? -1 : 1));
    return {
      filters: [...this.filters].sort(),
      groups: sorted(this.groups),
      subscriptions: sorted(this.subscriptions),
      places: sorted(this.places),
    };
  }
}

/** Redis: the state that all changes so far made. */
class Truth {
  readonly nodes = new Map<string, { filters: Set<string>; groups: Map<string, number> }>();
  readonly sessions = new Map<string, SessionRecord>();

  take(change: ClusterChange): void {
    if (change.type === 'interest') {
      const node = this.nodes.get(change.nodeId) ?? { filters: new Set(), groups: new Map() };
      this.nodes.set(change.nodeId, node);
      for (const [filter, isWanted] of Object.entries(change.change.filters)) {
        if (isWanted) node.filters.add(filter);
        else node.filters.delete(filter);
      }
      for (const [group, members] of Object.entries(change.change.groups)) {
        if (members > 0) node.groups.set(group, members);
        else node.groups.delete(group);
      }
      return;
    }
    if (change.type === 'gone') {
      this.nodes.delete(change.nodeId);
      for (const [clientId, session] of this.sessions)
        if (session.nodeId === change.nodeId) this.sessions.set(clientId, { ...session, nodeId: undefined });
      return;
    }
    const session = this.sessions.get(change.clientId) ?? { subscriptions: new Map(), nodeId: undefined };
    const subscriptions = new Map(session.subscriptions);
    if (change.type === 'subscribe')
      for (const [filter, options] of Object.entries(change.subscriptions)) subscriptions.set(filter, options);
    if (change.type === 'unsubscribe') for (const filter of change.filters) subscriptions.delete(filter);
    if (change.type === 'ended') this.sessions.delete(change.clientId);
    else if (change.type === 'locate') this.sessions.set(change.clientId, { subscriptions, nodeId: change.nodeId });
    else this.sessions.set(change.clientId, { ...session, subscriptions });
  }

  snapshot(number: number) {
    const nodes = new Map<string, NodeInterests>(
      [...this.nodes].map(([id, { filters, groups }]) => [id, { filters: new Set(filters), groups: new Map(groups) }]),
    );
    return { number, nodes, sessions: new Map(this.sessions) };
  }
}

const filter = fc.constantFrom('a', 'b/+', '#');
const nodeId = fc.constantFrom('n1', 'n2');
const clientId = fc.constantFrom('lamp', 'press');
const change: fc.Arbitrary<ClusterChange> = fc.oneof(
  fc.record({
    type: fc.constant('interest' as const),
    nodeId,
    change: fc.record({
      filters: fc.dictionary(filter, fc.boolean()),
      groups: fc.dictionary(fc.constantFrom('$share/g/a', '$share/h/b'), fc.nat(3)),
    }),
  }),
  fc.record({ type: fc.constant('gone' as const), nodeId }),
  fc.record({
    type: fc.constant('subscribe' as const),
    clientId,
    subscriptions: fc.dictionary(
      filter,
      fc.record({
        qos: fc.constantFrom(0 as const, 1 as const),
        noLocal: fc.boolean(),
        retainAsPublished: fc.boolean(),
      }),
    ),
  }),
  fc.record({ type: fc.constant('unsubscribe' as const), clientId, filters: fc.array(filter) }),
  fc.record({ type: fc.constant('ended' as const), clientId }),
  fc.record({ type: fc.constant('locate' as const), clientId, nodeId: fc.option(nodeId, { nil: undefined }) }),
);

function follow(changes: readonly ClusterChange[]): Heard {
  const heard = new Heard();
  const view = new ClusterView(
    () => 'me',
    () => false,
    heard,
  );
  for (const [index, one] of changes.entries()) view.apply({ number: index + 1, origin: 'x', change: one });
  return heard;
}

describe('ClusterView', () => {
  it('comes to the same whether it follows every change or starts with a snapshot amid them', () => {
    fc.assert(
      fc.property(fc.array(change, { maxLength: 30 }), fc.nat(30), fc.nat(10), (changes, at, extra) => {
        const start = Math.min(at, changes.length);
        // A snapshot is read while changes go on: it has some that come after its number.
        const ahead = Math.min(start + extra, changes.length);
        const truth = new Truth();
        for (const one of changes.slice(0, ahead)) truth.take(one);
        const heard = new Heard();
        const view = new ClusterView(
          () => 'me',
          () => false,
          heard,
        );
        view.reset(truth.snapshot(start));
        for (const [index, one] of changes.entries()) view.apply({ number: index + 1, origin: 'x', change: one });
        expect(heard.state).toEqual(follow(changes).state);
      }),
    );
  });

  it('tells nothing when a snapshot says what it knew', () => {
    fc.assert(
      fc.property(fc.array(change, { maxLength: 30 }), (changes) => {
        const truth = new Truth();
        const heard = new Heard();
        const view = new ClusterView(
          () => 'me',
          () => false,
          heard,
        );
        for (const [index, one] of changes.entries()) {
          truth.take(one);
          view.apply({ number: index + 1, origin: 'x', change: one });
        }
        const before = heard.calls;
        view.reset(truth.snapshot(changes.length));
        expect(heard.calls).toBe(before);
      }),
    );
  });

  it('finds its way from any state to any snapshot', () => {
    fc.assert(
      fc.property(fc.array(change), fc.array(change), (changes, others) => {
        const truth = new Truth();
        for (const one of others) truth.take(one);
        const heard = new Heard();
        const view = new ClusterView(
          () => 'me',
          () => false,
          heard,
        );
        for (const [index, one] of changes.entries()) view.apply({ number: index + 1, origin: 'x', change: one });
        view.reset(truth.snapshot(7));
        const fresh = new Heard();
        new ClusterView(
          () => 'me',
          () => false,
          fresh,
        ).reset(truth.snapshot(7));
        expect(heard.state).toEqual(fresh.state);
      }),
    );
  });

  it('asks for a snapshot when changes are missing, and passes over those it has', () => {
    const heard = new Heard();
    const view = new ClusterView(
      () => 'me',
      () => false,
      heard,
    );
    const wants = { type: 'interest', nodeId: 'n1', change: { filters: { a: true }, groups: {} } } as const;
    expect(view.apply({ number: 1, origin: 'n1', change: wants })).toBe(true);
    expect(view.apply({ number: 3, origin: 'n1', change: { type: 'gone', nodeId: 'n1' } })).toBe(false);
    expect(view.apply({ number: 1, origin: 'n1', change: { type: 'gone', nodeId: 'n1' } })).toBe(true);
    expect([...heard.filters]).toEqual(['n1 a']);
    expect(view.number).toBe(1);
  });

  it('does not tell a node what it did itself', () => {
    const heard = new Heard();
    const view = new ClusterView(
      () => 'me',
      () => false,
      heard,
    );
    const changes: ClusterChange[] = [
      { type: 'interest', nodeId: 'me', change: { filters: { a: true }, groups: { '$share/g/a': 1 } } },
      { type: 'subscribe', clientId: 'lamp', subscriptions: { a: OPTIONS } },
      { type: 'unsubscribe', clientId: 'lamp', filters: ['a'] },
      { type: 'ended', clientId: 'lamp' },
    ];
    for (const [index, one] of changes.entries()) view.apply({ number: index + 1, origin: 'me', change: one });
    expect(heard.calls).toBe(0);
  });

  it('locates a session that others moved here nowhere else', () => {
    const heard = new Heard();
    const view = new ClusterView(
      () => 'me',
      () => false,
      heard,
    );
    view.apply({ number: 1, origin: 'n1', change: { type: 'locate', clientId: 'lamp', nodeId: 'n1' } });
    view.apply({ number: 2, origin: '', change: { type: 'locate', clientId: 'lamp', nodeId: 'me' } });
    expect([...heard.places]).toEqual([]);
  });
});

describe('ClusterView, of a session that this node changes', () => {
  const wants = { type: 'subscribe', clientId: 'lamp', subscriptions: { a: OPTIONS } } as const;
  const wantsNot = { type: 'unsubscribe', clientId: 'lamp', filters: ['a'] } as const;
  let heard: Heard;
  let view: ClusterView;
  let isHere: boolean;

  beforeEach(() => {
    heard = new Heard();
    isHere = true;
    view = new ClusterView(
      () => 'me',
      () => isHere,
      heard,
    );
  });

  it('does not take old news of others for new', async () => {
    // It was subscribed at n1, came here, and gives the filter up before the log has told of the first.
    await view.changing('lamp', Promise.resolve());
    view.apply({ number: 1, origin: 'n1', change: wants });
    expect(heard.calls).toBe(0);
    view.apply({ number: 2, origin: 'me', change: wantsNot });
    expect([...heard.subscriptions.keys()]).toEqual([]);
  });

  it.each([
    ['had given it up', wantsNot],
    ['had ended', { type: 'ended', clientId: 'lamp' } as const],
  ])('keeps what it wants when the log tells that the session before %s', async (_name, change) => {
    await view.changing('lamp', Promise.resolve());
    view.apply({ number: 1, origin: 'n1', change: wants });
    view.apply({ number: 2, origin: 'n1', change });
    expect(heard.calls).toBe(0);
    view.apply({ number: 3, origin: 'me', change: wants });
    expect([...heard.subscriptions.keys()]).toEqual(['lamp a']);
    expect(heard.ends).toBe(0);
  });

  it('loses the filters of a session that ended before this one, not the session', () => {
    view.apply({ number: 1, origin: 'n1', change: wants });
    view.apply({ number: 2, origin: 'n1', change: { type: 'ended', clientId: 'lamp' } });
    expect(heard.state.subscriptions).toEqual([]);
    expect(heard.ends).toBe(0);
  });

  it('listens again when a change of its own failed', async () => {
    await expect(view.changing('lamp', Promise.reject(new Error('no Redis')))).rejects.toThrow('no Redis');
    view.apply({ number: 1, origin: 'n1', change: wants });
    expect([...heard.subscriptions.keys()]).toEqual(['lamp a']);
  });
});

describe('readLoggedChange', () => {
  it.each([
    [
      ['t', 'interest', 'o', 'n1', 'n', 'n1', 'd', '{"filters":{"a":true},"groups":{}}'],
      { type: 'interest', nodeId: 'n1', change: { filters: { a: true }, groups: {} } },
    ],
    [['t', 'gone', 'o', '', 'n', 'n1'], { type: 'gone', nodeId: 'n1' }],
    [['t', 'ended', 'o', '', 'c', 'lamp'], { type: 'ended', clientId: 'lamp' }],
    [['t', 'locate', 'o', '', 'c', 'lamp', 'n', ''], { type: 'locate', clientId: 'lamp', nodeId: undefined }],
    [['t', 'locate', 'o', '', 'c', 'lamp', 'n', 'n1'], { type: 'locate', clientId: 'lamp', nodeId: 'n1' }],
    [
      ['t', 'unsubscribe', 'o', '', 'c', 'lamp', 'd', '["a"]'],
      { type: 'unsubscribe', clientId: 'lamp', filters: ['a'] },
    ],
  ])('reads %j', (fields, expected) => {
    expect(readLoggedChange('12-1', fields)).toMatchObject({ number: 12, change: expected });
  });

  it('refuses a type that no node writes', () => {
    expect(() => readLoggedChange('1-1', ['t', 'surprise'])).toThrow('"surprise"');
  });
});
