import type { BrokerState } from './broker-state.js';
import { describeDenialLog } from './denial-log.contract.js';

/**
 * What every adapter of {@link BrokerState} promises.
 *
 * @param fresh empties the store and answers how a node opens it
 */
export function describeBrokerState(name: string, fresh: () => Promise<(nodeId: string) => BrokerState>): void {
  describe(`BrokerState on ${name}`, () => {
    let open: (nodeId: string) => BrokerState;
    let state: BrokerState;

    beforeEach(async () => {
      open = await fresh();
      state = open('node-1');
      await state.start();
    });

    afterEach(() => state.close());

    describeDenialLog(() => state.denials);

    it('has no rule filters before there were any', async () => {
      expect(await state.ruleFilters()).toEqual({ revision: 0, filters: [] });
    });

    it('keeps the filter set with the highest revision, whatever order they come in', async () => {
      await state.keepRuleFilters({ revision: 2, filters: ['a/+'] });
      expect(await state.keepRuleFilters({ revision: 1, filters: ['old'] })).toEqual({ revision: 2, filters: ['a/+'] });
      const newest = { revision: 3, filters: ['b/#', 'c'] };
      expect(await state.keepRuleFilters(newest)).toEqual(newest);
      expect(await state.ruleFilters()).toEqual(newest);
    });

    it('takes the same revision again, since nodes repeat it', async () => {
      await state.keepRuleFilters({ revision: 1, filters: ['a'] });
      expect(await state.keepRuleFilters({ revision: 1, filters: ['a'] })).toEqual({ revision: 1, filters: ['a'] });
    });

    it('answers the connectivity of those clients it has seen', async () => {
      const lamp = { clientId: 'lamp', connected: true, timestamp: 10 };
      await state.keepConnectivity(lamp);
      expect(await state.connectivity(['lamp', 'never-seen'])).toEqual([lamp]);
      expect(await state.connectivity([])).toEqual([]);
    });

    it('never replaces later connectivity by earlier', async () => {
      const later = { clientId: 'lamp', connected: false, timestamp: 20, disconnectReason: 'CONNECTION_LOST' };
      await state.keepConnectivity(later);
      await state.keepConnectivity({ clientId: 'lamp', connected: true, timestamp: 10 });
      expect(await state.connectivity(['lamp'])).toEqual([later]);
    });

    it('keeps client ids of any characters apart', async () => {
      await state.keepConnectivity({ clientId: 'a/b c', connected: true, timestamp: 1 });
      await state.keepConnectivity({ clientId: 'a/b', connected: false, timestamp: 2 });
      expect((await state.connectivity(['a/b c', 'a/b'])).map(({ connected }) => connected)).toEqual([true, false]);
    });

    it('keeps all of it when the node is gone, and takes its clients for disconnected', async () => {
      await state.keepRuleFilters({ revision: 1, filters: ['a'] });
      await state.keepConnectivity({ clientId: 'lamp', connected: true, timestamp: 10 });
      await state.keepConnectivity({
        clientId: 'press',
        connected: false,
        timestamp: 11,
        disconnectReason: 'CLIENT_ERROR',
      });
      await state.close();
      state = open('node-2');
      await state.start();
      expect(await state.ruleFilters()).toEqual({ revision: 1, filters: ['a'] });
      expect(await state.connectivity(['lamp', 'press'])).toEqual([
        { clientId: 'lamp', connected: false, timestamp: 10, disconnectReason: 'UNKNOWN' },
        { clientId: 'press', connected: false, timestamp: 11, disconnectReason: 'CLIENT_ERROR' },
      ]);
    });
  });
}
