import type { Connection, Rights } from '../connection.js';
import { LiveConnections } from './live-connections.js';

const connect = (subjects: string[], expiresAt = Infinity) =>
  ({ rights: { subjects, expiresAt } as unknown as Rights }) as Connection;

describe('LiveConnections', () => {
  it('finds those that depend on what changed, each once', () => {
    const live = new LiveConnections();
    const lamp = connect(['certificate:1', 'policy:lamps', 'policy:all']);
    const press = connect(['certificate:2', 'policy:all']);
    live.add(lamp);
    live.add(press);
    expect(live.dependingOn(['policy:lamps', 'policy:all'])).toEqual(new Set([lamp, press]));
    expect(live.dependingOn(['certificate:2'])).toEqual(new Set([press]));
    expect(live.dependingOn(['certificate:3'])).toEqual(new Set());
  });

  it('follows new rights', () => {
    const live = new LiveConnections();
    const lamp = connect(['policy:old']);
    live.add(lamp);
    lamp.rights = { ...lamp.rights, subjects: ['policy:new'] };
    live.update(lamp);
    expect(live.dependingOn(['policy:old']).size).toBe(0);
    expect(live.dependingOn(['policy:new'])).toEqual(new Set([lamp]));
  });

  it('forgets one that has gone, and does not take it back', () => {
    const live = new LiveConnections();
    const lamp = connect(['policy:all']);
    live.add(lamp);
    live.remove(lamp);
    live.update(lamp);
    live.remove(lamp);
    expect([...live.all()]).toEqual([]);
    expect(live.dependingOn(['policy:all']).size).toBe(0);
  });

  it('finds those whose certificate has expired', () => {
    const live = new LiveConnections();
    const [soon, later] = [connect([], 1_000), connect([], 2_000)];
    for (const connection of [soon, later, connect([])]) live.add(connection);
    expect(live.expired(1_000)).toEqual([]);
    expect(live.expired(1_001)).toEqual([soon]);
    live.remove(soon);
    expect(live.expired(1_999)).toEqual([]);
    expect(live.expired(2_001)).toEqual([later]);
  });
});
