import { ClassicLevel } from 'classic-level';
import { LevelConnectivityLog } from '../connectivity/level-connectivity-log.js';
import { BrokerState, NO_RULE_FILTERS, type RuleFilterSet } from './broker-state.js';
import { LevelDenialLog } from './level-denial-log.js';

const RULE_FILTERS = 'rule-filters';

/** Broker state in a database of files. Caution: it belongs to one process, so it is for the standalone product only. */
export class LevelBrokerState extends BrokerState {
  override readonly denials: LevelDenialLog;
  override readonly connections: LevelConnectivityLog;
  private readonly database: ClassicLevel<string, unknown>;
  private turn: Promise<unknown> = Promise.resolve();

  /**
   * @param nodeId of this start of the process; another one in the database is of a process that is gone
   * @param denialsKept how many denials it keeps
   */
  constructor(
    directory: string,
    override readonly nodeId: string,
    denialsKept: number,
  ) {
    super();
    this.database = new ClassicLevel(directory, { valueEncoding: 'json' });
    this.denials = new LevelDenialLog(this.database, denialsKept);
    this.connections = new LevelConnectivityLog(this.database);
  }

  override start(): Promise<void> {
    return this.database.open();
  }

  override keepRuleFilters(set: RuleFilterSet): Promise<RuleFilterSet> {
    return this.alone(async () => {
      const kept = await this.ruleFilters();
      if (set.revision < kept.revision) return kept;
      await this.database.put(RULE_FILTERS, set);
      return set;
    });
  }

  override async ruleFilters(): Promise<RuleFilterSet> {
    return ((await this.database.get(RULE_FILTERS)) as RuleFilterSet | undefined) ?? NO_RULE_FILTERS;
  }

  override living(nodeIds: ReadonlySet<string>): Promise<ReadonlySet<string>> {
    return Promise.resolve(new Set([...nodeIds].filter((nodeId) => nodeId === this.nodeId)));
  }

  override close(): Promise<void> {
    return this.database.close();
  }

  /** Reading and then writing is one step here: nothing else writes in between. */
  private alone<T>(work: () => Promise<T>): Promise<T> {
    const result = this.turn.then(work, work);
    this.turn = result.catch(() => undefined);
    return result;
  }
}
