import { Roster } from './roster.js';

const DEAD_AFTER_MS = 5_000;
const beat = (now: number, members: Record<string, number>) => ({ now, members: new Map(Object.entries(members)) });

describe('Roster', () => {
  let roster: Roster;

  beforeEach(() => {
    roster = new Roster('me', DEAD_AFTER_MS);
  });

  it('tells who joined and who has gone, and never of itself', () => {
    expect(roster.beat(beat(0, { me: 0, a: 0 }))).toEqual({ joined: ['a'], gone: [], silent: [] });
    expect(roster.beat(beat(1_000, { me: 1_000, a: 900, b: 1_000 }))).toEqual({ joined: ['b'], gone: [], silent: [] });
    expect(roster.beat(beat(2_000, { me: 2_000, b: 2_000 }))).toEqual({ joined: [], gone: ['a'], silent: [] });
    expect([...roster.others]).toEqual(['b']);
  });

  it('takes a member for silent when its last heartbeat is as old as allowed, not before', () => {
    for (let now = 0; now <= 10_000; now += 1_000) roster.beat(beat(now, { me: now, a: now }));
    expect(roster.beat(beat(11_000, { me: 11_000, a: 6_001 })).silent).toEqual([]);
    expect(roster.beat(beat(12_000, { me: 12_000, a: 7_000 })).silent).toEqual(['a']);
  });

  it('suspects nobody before it has been a member for as long as others may be silent', () => {
    const silentAt = [0, 1_000, 2_000, 3_000, 4_000, 5_000].map(
      (now) => roster.beat(beat(now, { me: now, a: -60_000 })).silent.length,
    );
    expect(silentAt).toEqual([0, 0, 0, 0, 0, 1]);
  });

  it.each([
    ['a heartbeat failed', (one: Roster) => one.missed()],
    ['its heartbeats had a gap', () => undefined],
  ])('suspects nobody after %s, since Redis may have been away for all', (_name, disturb) => {
    for (let now = 0; now <= 10_000; now += 1_000) roster.beat(beat(now, { me: now, a: now }));
    disturb(roster);
    const back = 13_000;
    expect(roster.beat(beat(back, { me: back, a: 10_000 })).silent).toEqual([]);
    for (let now = back + 1_000; now < back + 5_000; now += 1_000) {
      expect(roster.beat(beat(now, { me: now, a: 10_000 })).silent).toEqual([]);
    }
    expect(roster.beat(beat(back + 5_000, { me: back + 5_000, a: 10_000 })).silent).toEqual(['a']);
  });
});
