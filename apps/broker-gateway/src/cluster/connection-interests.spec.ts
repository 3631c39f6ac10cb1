import fc from 'fast-check';
import { ConnectionInterests } from './connection-interests.js';

const GROUP = '$share/g/a';

describe('ConnectionInterests', () => {
  it('tells of the first connection that wants a filter and of the last, and of every member of a group', () => {
    const interests = new ConnectionInterests(() => undefined);
    const [one, other] = [{}, {}];
    const steps: [string, () => void, unknown][] = [
      ['nothing', () => undefined, undefined],
      ['the first', () => interests.add(one, 'a'), { filters: { a: true }, groups: {} }],
      ['another', () => interests.add(other, 'a'), undefined],
      ['a member', () => interests.add(one, GROUP), { filters: {}, groups: { [GROUP]: 1 } }],
      ['a second member', () => interests.add(other, GROUP), { filters: {}, groups: { [GROUP]: 2 } }],
      ['the same again', () => interests.add(other, GROUP), undefined],
      ['one that it never had', () => interests.remove(one, 'b'), undefined],
      ['one of two', () => interests.remove(one, 'a'), undefined],
      ['the end of one', () => interests.removeAll(one), { filters: {}, groups: { [GROUP]: 1 } }],
      ['its end again', () => interests.removeAll(one), undefined],
      ['the end of all', () => interests.removeAll(other), { filters: { a: false }, groups: { [GROUP]: 0 } }],
    ];
    for (const [name, step, expected] of steps) {
      step();
      expect([name, interests.takeChange()]).toEqual([name, expected]);
    }
  });

  it('says nothing of what came and went meanwhile', () => {
    const interests = new ConnectionInterests(() => undefined);
    const connection = {};
    interests.add(connection, 'a');
    interests.removeAll(connection);
    expect(interests.takeChange()).toBeUndefined();
  });

  it('asks to be heard once for each change that is taken', () => {
    let asked = 0;
    const interests = new ConnectionInterests(() => asked++);
    interests.add({}, 'a');
    interests.add({}, 'b');
    expect(asked).toBe(1);
    interests.takeChange();
    interests.add({}, 'c');
    expect(asked).toBe(2);
  });

  it('has told, all changes together, just what is wanted; and tells it anew when it was forgotten', () => {
    const step = fc.record({
      connection: fc.nat(2),
      filter: fc.constantFrom('a', 'b', GROUP),
      act: fc.constantFrom('add', 'remove', 'removeAll', 'take', 'forget'),
    });
    fc.assert(
      fc.property(fc.array(step), (steps) => {
        const interests = new ConnectionInterests(() => undefined);
        const connections = [{}, {}, {}];
        const wanted = connections.map(() => new Set<string>());
        let told = new Map<string, number>();
        const take = () => {
          const change = interests.takeChange();
          for (const [filter, isWanted] of Object.entries(change?.filters ?? {})) told.set(filter, isWanted ? 1 : 0);
          for (const [group, members] of Object.entries(change?.groups ?? {})) told.set(group, members);
        };
        for (const { connection, filter, act } of steps) {
          const key = connections[connection] as object;
          if (act === 'add') {
            interests.add(key, filter);
            wanted[connection]?.add(filter);
          }
          if (act === 'remove') {
            interests.remove(key, filter);
            wanted[connection]?.delete(filter);
          }
          if (act === 'removeAll') {
            interests.removeAll(key);
            wanted[connection]?.clear();
          }
          if (act === 'take') take();
          if (act === 'forget') {
            told = new Map();
            interests.forgetAnnounced();
          }
        }
        take();
        for (const filter of ['a', 'b', GROUP]) {
          const count = wanted.filter((filters) => filters.has(filter)).length;
          expect(told.get(filter) ?? 0).toBe(filter === GROUP ? count : Math.min(count, 1));
        }
      }),
    );
  });
});
