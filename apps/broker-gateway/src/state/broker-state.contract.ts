import { connection, describeConnectivityLog } from '../connectivity/connectivity-log.contract.js';
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

    describeConnectivityLog(() => state.connections);

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

    it('keeps all of it when the node is gone, and knows that it is', async () => {
      await state.keepRuleFilters({ revision: 1, filters: ['a'] });
      await state.connections.begun(connection('lamp', 1));
      expect(await state.living(new Set(['node-1', 'never']))).toEqual(new Set(['node-1']));
      await state.close();
      state = open('node-2');
      await state.start();
      expect(state.nodeId).toBe('node-2');
      expect(await state.living(new Set(['node-1', 'node-2']))).toEqual(new Set(['node-2']));
      expect(await state.ruleFilters()).toEqual({ revision: 1, filters: ['a'] });
      expect(await state.connections.find(['lamp'])).toEqual([{ record: connection('lamp', 1) }]);
    });
  });
}
