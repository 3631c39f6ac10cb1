import type { Denial } from '#thingcore/contracts';
import type { DenialLog } from './denial-log.js';

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

    it('come back as they were kept, the newest first', async () => {
      const [first, second] = [denial(1), denial(2, { thingName: 'lamp', remedy: { kind: 'add', statement: '{}' } })];
      await open().keep([first, second]);
      expect(await open().list({}, 10)).toEqual([second, first]);
      expect(await open().list({}, 1)).toEqual([second]);
    });

    it('are found by thing, certificate and client, and by all of them together', async () => {
      const certificate = 'b'.repeat(64);
      await open().keep([
        denial(1),
        denial(2, { clientId: 'press' }),
        denial(3, { principal: certificate }),
        denial(4, { thingName: 'lamp', principal: certificate, clientId: 'press' }),
      ]);
      expect(idsOf(await open().list({ clientId: 'press' }, 10))).toEqual([4, 2]);
      expect(idsOf(await open().list({ certificateId: certificate }, 10))).toEqual([4, 3]);
      expect(idsOf(await open().list({ thingName: 'lamp' }, 10))).toEqual([4]);
      expect(idsOf(await open().list({ clientId: 'press', certificateId: certificate }, 10))).toEqual([4]);
      expect(await open().list({ clientId: 'nobody' }, 10)).toEqual([]);
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
      const kept = idsOf(await open().list({}, 10_000));
      expect(kept.slice(0, KEPT)).toEqual(Array.from({ length: KEPT }, (_, n) => 999 - n));
      expect(kept.length).toBeLessThanOrEqual(KEPT + 100);
      expect(await open().getMany(['id-000000'])).toEqual([]);
    });

    it('may be kept by several at a time', async () => {
      await Promise.all(Array.from({ length: 20 }, (_, n) => open().keep([denial(n)])));
      expect(idsOf(await open().list({}, 100)).sort((a, b) => a - b)).toEqual(Array.from({ length: 20 }, (_, n) => n));
    });
  });
}
