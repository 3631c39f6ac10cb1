import { Lifecycle, Logger } from '#thingcore/platform';
import { rulesConfig } from '../rules.fixture.js';
import type { RuleFilters } from '../topic-rules/rule-filters.js';
import type { RuleSet } from '../topic-rules/rule-set.js';
import type { Deliveries } from './deliveries.js';
import { EvaluationBudget } from './evaluation-budget.js';
import type { InboxStore, StoredEntry } from './inbox.store.js';
import { InboxWorker } from './inbox-worker.js';
import type { RuleEvaluator } from './rule-evaluator.js';

const logger = Logger.create({ service: 'test', level: 'silent', format: 'json' });
const config = rulesConfig({ leaseMs: 3_600_000 });

/** A worker over fakes: an inbox whose claims the test answers, and deliveries that always have room. */
async function startWorker() {
  const claims: ((entries: StoredEntry[]) => void)[] = [];
  const released: string[] = [];
  const discarded: string[] = [];
  const rules = { refresh: async () => false, find: () => undefined, idleRules: [] as string[] };
  const inbox: Partial<InboxStore> = {
    holdLease: async () => undefined,
    releaseLost: async () => 0,
    releaseOwn: async () => undefined,
    claimed: async () => [],
    release: async (ids) => void released.push(...ids),
    claim: () => new Promise<StoredEntry[]>((resolve) => claims.push(resolve)),
  };
  let onRoom = () => undefined as void;
  const deliveries = {
    hasRoom: true,
    busyRules: [] as string[],
    open: (callback: () => void) => void (onRoom = callback),
    close: async () => undefined,
    start: () => undefined,
    discard: async (ids: string[]) => void discarded.push(...ids),
  };
  const worker = new InboxWorker(
    config,
    inbox as InboxStore,
    deliveries as unknown as Deliveries,
    {
      budget: new EvaluationBudget(() => 0),
      evaluate: async () => ({ hits: [], postponed: [] }),
    } as unknown as RuleEvaluator,
    rules as unknown as RuleSet,
    {} as RuleFilters,
    logger,
    new Lifecycle(logger),
  );
  await worker.start();
  return { claims, deliveries, discarded, released, roomIsFree: () => onRoom(), rules, worker };
}

const turn = () => new Promise((resolve) => setImmediate(resolve));

function anEntry(id: string, ruleName: string): StoredEntry {
  const message = { topic: 'a', payload: '', qos: 1 as const, retain: false, hops: 0, timestamp: 0, messageId: id };
  return { id, ruleName, message, only: undefined };
}

describe('InboxWorker', () => {
  it('looks once more when room became free while it was claiming', async () => {
    const { claims, roomIsFree, worker } = await startWorker();
    await turn();
    expect(claims).toHaveLength(1);
    roomIsFree();
    claims[0]?.([]);
    await turn();
    expect(claims).toHaveLength(2);
    claims[1]?.([]);
    await turn();
    expect(claims).toHaveLength(2);
    await worker.stop();
  });

  it('gives back what it claimed of a rule that was switched off meanwhile, and removes what has no rule', async () => {
    const { claims, discarded, released, rules, worker } = await startWorker();
    await turn();
    rules.idleRules = ['paused'];
    claims[0]?.([anEntry('1', 'paused'), anEntry('2', 'gone')]);
    await turn();
    expect([released, discarded]).toEqual([['1'], ['2']]);
    claims[1]?.([]);
    await worker.stop();
  });

  it('gives back what it claimed of a rule that became busy meanwhile', async () => {
    const { claims, deliveries, discarded, released, worker } = await startWorker();
    await turn();
    deliveries.busyRules.push('busy');
    claims[0]?.([anEntry('1', 'busy'), anEntry('2', 'gone')]);
    await turn();
    expect([released, discarded]).toEqual([['1'], ['2']]);
    claims[1]?.([]);
    await worker.stop();
  });
});
