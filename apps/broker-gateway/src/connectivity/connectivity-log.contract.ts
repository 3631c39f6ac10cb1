import type { ConnectionRecord } from './connection-record.js';
import type { ConnectivityLog } from './connectivity-log.js';

/** A connection; its version number tells its time. */
export function connection(clientId: string, versionNumber: number, changes: Partial<ConnectionRecord> = {}) {
  return {
    clientId,
    versionNumber,
    connectedSince: 1_000 * versionNumber,
    sessionIdentifier: `session ${versionNumber}`,
    principal: 'anonymous',
    cleanSession: true,
    keepAliveDuration: 60,
    sessionExpiry: 0,
    sourceIp: '192.0.2.1',
    nodeId: 'node-1',
    isExclusive: false,
    ...changes,
  } satisfies ConnectionRecord;
}

/** What every adapter of {@link ConnectivityLog} promises; `open` answers the one under test, which is empty. */
export function describeConnectivityLog(open: () => ConnectivityLog): void {
  describe('the connections in it', () => {
    const lost = { disconnectedSince: 5_000, disconnectReason: 'CONNECTION_LOST' };

    it('are those of clients that were seen, others are left out', async () => {
      const lamp = connection('lamp', 1, { sourcePort: 4711, targetIp: '192.0.2.9', targetPort: 8883 });
      await open().begun(lamp);
      expect(await open().find(['never', 'lamp'])).toEqual([{ record: lamp }]);
      expect(await open().find([])).toEqual([]);
    });

    it('end once', async () => {
      const lamp = connection('lamp', 1);
      await open().begun(lamp);
      expect(await open().ended(lamp, lost)).toBe(true);
      expect(await open().ended(lamp, { ...lost, disconnectReason: 'SERVER_ERROR' })).toBe(false);
      expect(await open().find(['lamp'])).toEqual([{ record: lamp, end: lost }]);
    });

    it('do not end before they began', async () => {
      expect(await open().ended(connection('lamp', 1), lost)).toBe(false);
      await open().begun(connection('lamp', 2));
      expect(await open().ended(connection('lamp', 3), lost)).toBe(false);
      expect(await open().ended(connection('lamp', 1), lost)).toBe(true);
      expect(await open().find(['lamp'])).toEqual([{ record: connection('lamp', 2) }]);
    });

    it('are known as soon as they are told, before that is answered', async () => {
      const [first, second] = [connection('lamp', 1, { thingName: 'hall' }), connection('lamp', 2)];
      const told: Promise<unknown>[] = [open().begun(first), open().ended(first, lost)];
      const ended = open().find(['lamp']);
      const ofThing = open().findOfThings(['hall']);
      expect(await ended).toEqual([{ record: first, end: lost }]);
      expect((await ofThing)[0]?.end).toEqual(lost);
      told.push(open().begun(second));
      expect(await open().find(['lamp'])).toEqual([{ record: second }]);
      await Promise.all(told);
      expect(await open().find(['lamp'])).toEqual([{ record: second }]);
    });

    it('begin again', async () => {
      const [first, second] = [connection('lamp', 1), connection('lamp', 2)];
      await open().begun(first);
      await open().ended(first, lost);
      await open().begun(second);
      expect(await open().find(['lamp'])).toEqual([{ record: second }]);
      expect(await open().sweep(10_000)).toBe(0);
      expect(await open().ended(second, lost)).toBe(true);
    });

    // AWS: lifecycle events, the new connection may be told of before the end of the old one.
    it.each([
      ['the end of an earlier connection', async (log: ConnectivityLog) => log.ended(connection('lamp', 1), lost)],
      ['the begin of an earlier connection', async (log: ConnectivityLog) => log.begun(connection('lamp', 1))],
    ])('are not changed by %s', async (_what, tell) => {
      const second = connection('lamp', 2);
      await open().begun(second);
      await tell(open());
      expect(await open().find(['lamp'])).toEqual([{ record: second }]);
    });

    it('tell client ids of any characters apart', async () => {
      const clientIds = ['a', 'a/b', 'a/b c', 'ä', '!', ':'];
      for (const [index, clientId] of clientIds.entries()) await open().begun(connection(clientId, index + 1));
      const found = await open().find(clientIds);
      expect(found.map(({ record }) => record.versionNumber)).toEqual([1, 2, 3, 4, 5, 6]);
    });

    it('are found by their thing: by the name as client id, or by the client that was the thing last', async () => {
      const [press, adapter, gone] = [
        connection('press', 1, { thingName: 'press' }),
        connection('adapter-7', 2, { thingName: 'pump', isExclusive: true }),
        connection('adapter-6', 1, { thingName: 'pump', isExclusive: true }),
      ];
      for (const one of [gone, press, adapter]) await open().begun(one);
      const found = await open().findOfThings(['pump', 'never', 'press']);
      expect(found.map((kept) => kept?.record)).toEqual([adapter, undefined, press]);
      const named = connection('pump', 3);
      await open().begun(named);
      expect((await open().findOfThings(['pump']))[0]?.record).toEqual(named);
      expect(await open().findOfThings([])).toEqual([]);
    });

    it('that are open are listed page by page, in the order of the client ids', async () => {
      for (const [index, clientId] of ['c', 'ä', 'a', 'B', 'gone'].entries()) {
        await open().begun(connection(clientId, index + 1));
      }
      await open().ended(connection('gone', 5), lost);
      const ids = async (after: string | undefined, limit: number) =>
        (await open().open(after, limit)).map(({ record }) => record.clientId);
      expect(await ids(undefined, 2)).toEqual(['B', 'a']);
      expect(await ids('a', 10)).toEqual(['c', 'ä']);
      expect(await ids('ä', 10)).toEqual([]);
    });

    it('are forgotten when the client is of no thing and has been away for long', async () => {
      const [old, late, thing, back] = [
        connection('old', 1),
        connection('late', 2),
        connection('thing', 3, { thingName: 'thing' }),
        connection('back', 4),
      ];
      for (const one of [old, late, thing, back]) await open().begun(one);
      for (const one of [old, thing]) await open().ended(one, lost);
      await open().ended(late, { ...lost, disconnectedSince: 6_000 });
      expect(await open().sweep(6_000)).toBe(1);
      const left = await open().find(['old', 'late', 'thing', 'back']);
      expect(left.map(({ record }) => record.clientId)).toEqual(['late', 'thing', 'back']);
      expect(await open().sweep(6_000)).toBe(0);
    });

    it('may be told by several at a time', async () => {
      const all = Array.from({ length: 20 }, (_, index) => connection('lamp', index + 1));
      await Promise.all(all.map((one) => open().begun(one)));
      expect((await open().find(['lamp']))[0]?.record.versionNumber).toBe(20);
    });
  });
}
