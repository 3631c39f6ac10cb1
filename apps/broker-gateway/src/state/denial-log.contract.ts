import type { Denial } from '#thingcore/contracts';
import type { DenialFilter, DenialLog } from './denial-log.js';

/** How many denials the logs under test keep. */
export const KEPT = 300;

const number = (n: number) => String(n).padStart(6, '0');

/** A denial; its id and its time tell its number. */
function denial(n: number, changes: Partial<Denial> = {}): Denial {
  return {
    denialId: `id-${number(n)}`,
    timestamp: n,
    clientId: 'lamp',
    principal: 'a'.repeat(64),
    sourceIp: '192.0.2.1',
    cause: 'POLICY',
    suppressed: 0,
    action: 'iot:Publish',
    resource: 'arn:aws:iot:us-east-1:123456789012:topic/a',
    decision: 'IMPLICIT_DENY',
    summary: 'denied',
    statements: [],
    ...changes,
  };
}

/** What every adapter of {@link DenialLog} promises; `open` answers the one under test, which is empty. */
export function describeDenialLog(open: () => DenialLog): void {
  describe('the denials in it', () => {
    const idsOf = (denials: Denial[]) => denials.map(({ timestamp }) => timestamp);
    const listed = async (filter: DenialFilter, limit: number) =>
      (await open().list(filter, limit)).map((placed) => placed.denial);

    it('come back as they were kept, the newest first', async () => {
      const [first, second] = [denial(1), denial(2, { thingName: 'lamp', remedy: { kind: 'add', statement: '{}' } })];
      await open().keep([first, second]);
      expect(await listed({}, 10)).toEqual([second, first]);
      expect(await listed({}, 1)).toEqual([second]);
    });

    it('are found by thing, certificate and client, and by all of them together', async () => {
      const certificate = 'b'.repeat(64);
      await open().keep([
        denial(1),
        denial(2, { clientId: 'press' }),
        denial(3, { principal: certificate }),
        denial(4, { thingName: 'lamp', principal: certificate, clientId: 'press' }),
      ]);
      expect(idsOf(await listed({ clientId: 'press' }, 10))).toEqual([4, 2]);
      expect(idsOf(await listed({ certificateId: certificate }, 10))).toEqual([4, 3]);
      expect(idsOf(await listed({ thingName: 'lamp' }, 10))).toEqual([4]);
      expect(idsOf(await listed({ clientId: 'press', certificateId: certificate }, 10))).toEqual([4]);
      expect(await listed({ clientId: 'nobody' }, 10)).toEqual([]);
    });

    it('are found by action and time', async () => {
      await open().keep([denial(1), denial(2, { action: 'iot:Connect' }), denial(3, { action: 'iot:Connect' })]);
      expect(idsOf(await listed({ action: 'iot:Connect' }, 10))).toEqual([3, 2]);
      expect(idsOf(await listed({ since: 2 }, 10))).toEqual([3, 2]);
      expect(idsOf(await listed({ until: 2, clientId: 'lamp' }, 10))).toEqual([1]);
      expect(idsOf(await listed({ since: 2, until: 3, action: 'iot:Publish' }, 10))).toEqual([]);
    });

    it('come in pages, the newest first, which new ones do not move', async () => {
      await open().keep([denial(1), denial(2), denial(3, { clientId: 'press' }), denial(4)]);
      const [, second] = await open().list({ clientId: 'lamp' }, 2);
      await open().keep([denial(5)]);
      const older = await open().list({ clientId: 'lamp' }, 2, second?.cursor);
      expect(idsOf(older.map((placed) => placed.denial))).toEqual([1]);
      await expect(open().list({}, 2, 'no cursor!')).rejects.toMatchObject({ code: 'InvalidRequest' });
    });

    it('are found by id, in the order asked; an unknown one is left out', async () => {
      await open().keep([denial(1), denial(2), denial(3)]);
      expect(idsOf(await open().getMany(['id-000003', 'never', 'id-000001']))).toEqual([3, 1]);
      expect(await open().getMany([])).toEqual([]);
    });

    it('are the last ones: the oldest make room', async () => {
      for (let batch = 0; batch < 10; batch++) {
        await open().keep(Array.from({ length: 100 }, (_, n) => denial(batch * 100 + n)));
      }
      const kept = idsOf(await listed({}, 10_000));
      expect(kept.slice(0, KEPT)).toEqual(Array.from({ length: KEPT }, (_, n) => 999 - n));
      expect(kept.length).toBeLessThanOrEqual(KEPT + 100);
      expect(await open().getMany(['id-000000'])).toEqual([]);
    });

    it('are told from a cursor on in the order in which they were kept, each once', async () => {
      const { cursor: beginning } = await open().listAfter({}, undefined, 10);
      await open().keep([denial(1), denial(2, { clientId: 'press' }), denial(3)]);
      const first = await open().listAfter({}, beginning, 2);
      expect(first.denials.map(({ denial: { timestamp } }) => timestamp)).toEqual([1, 2]);
      const rest = await open().listAfter({}, first.denials[1]?.cursor, 2);
      expect(rest.denials.map(({ denial: { timestamp } }) => timestamp)).toEqual([3]);
      expect(await open().listAfter({}, rest.cursor, 2)).toEqual({
        denials: [],
        cursor: rest.cursor,
        isForgotten: false,
      });
      expect((await open().listAfter({}, undefined, 2)).cursor).toBe(rest.cursor);
      const ofPress = await open().listAfter({ clientId: 'press' }, beginning, 2);
      expect(ofPress.denials.map(({ denial: { timestamp } }) => timestamp)).toEqual([2]);
      expect(ofPress.cursor).toBe(rest.cursor);
    });

    it('say from a cursor on that some of them have made room', async () => {
      await open().keep([denial(0)]);
      const { cursor } = await open().listAfter({}, undefined, 1);
      for (let batch = 1; batch < 10; batch++) {
        await open().keep(Array.from({ length: 100 }, (_, n) => denial(batch * 100 + n)));
      }
      const answer = await open().listAfter({}, cursor, 10);
      expect(answer).toMatchObject({ denials: [], isForgotten: true });
      expect(answer.cursor > cursor).toBe(true);
    });

    it('refuse text that is no cursor', async () => {
      await expect(open().listAfter({}, 'no cursor!', 10)).rejects.toMatchObject({ code: 'InvalidRequest' });
    });

    it('may be kept by several at a time', async () => {
      await Promise.all(Array.from({ length: 20 }, (_, n) => open().keep([denial(n)])));
      expect(idsOf(await listed({}, 100)).sort((a, b) => a - b)).toEqual(Array.from({ length: 20 }, (_, n) => n));
    });
  });
}
