import { Lifecycle, Logger } from '#thingcore/platform';
import type { RuleFilters } from '../topic-rules/rule-filters.js';
import type { RuleSet } from '../topic-rules/rule-set.js';
import type { Deliveries } from './deliveries.js';
import type { InboxStore, StoredEntry } from './inbox.store.js';
import { InboxWorker } from './inbox-worker.js';
import type { RuleEvaluator } from './rule-evaluator.js';

const logger = Logger.create({ service: 'test', level: 'silent', format: 'json' });
const config = { postgresqlUrl: undefined, maxInFlight: 10, maxInFlightPerRule: 10, leaseMs: 3_600_000 };

/** A worker over fakes: an inbox whose claims the test answers, and deliveries that always have room. */
async function startWorker() {
  const claims: ((entries: StoredEntry[]) => void)[] = [];
  const inbox: Partial<InboxStore> = {
    holdLease: async () => undefined,
    releaseLost: async () => 0,
    releaseOwn: async () => undefined,
    claim: () => new Promise<StoredEntry[]>((resolve) => claims.push(resolve)),
  };
  let onRoom = () => undefined as void;
  const deliveries = {
    hasRoom: true,
    busyRules: [],
    open: (callback: () => void) => void (onRoom = callback),
    close: async () => undefined,
  };
  const worker = new InboxWorker(
    config,
    inbox as InboxStore,
    deliveries as unknown as Deliveries,
    {} as RuleEvaluator,
    { refresh: async () => false } as unknown as RuleSet,
    {} as RuleFilters,
    logger,
    new Lifecycle(logger),
  );
  await worker.start();
  return { claims, roomIsFree: () => onRoom(), worker };
}

const turn = () => new Promise((resolve) => setImmediate(resolve));

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
});
