import type { ConnectivityLog } from '../connectivity/connectivity-log.js';
import type { DenialLog } from './denial-log.js';

/** The topic filters that rules listen to; a higher revision replaces a lower one. */
export interface RuleFilterSet {
  revision: number;
  filters: string[];
}

/**
 * What the broker nodes know together and keep across a restart, beside the sessions that aedes keeps: one adapter for
 * the standalone product, one for nodes that share Redis.
 */
export abstract class BrokerState {
  /** This start of the node, as the others know it. */
  abstract readonly nodeId: string;

  /** What clients were denied lately. */
  abstract readonly denials: DenialLog;

  /** Who is connected where, and who was. */
  abstract readonly connections: ConnectivityLog;

  /** Opens it and shows the other nodes that this one lives. */
  abstract start(): Promise<void>;

  /** Keeps a filter set unless a newer one is kept already; answers the set that is in force now. */
  abstract keepRuleFilters(set: RuleFilterSet): Promise<RuleFilterSet>;

  /** The filter set in force; revision 0 without filters when there has never been one. */
  abstract ruleFilters(): Promise<RuleFilterSet>;

  /** Those of the nodes that live; this one does. */
  abstract living(nodeIds: ReadonlySet<string>): Promise<ReadonlySet<string>>;

  /** Releases what it holds. */
  abstract close(): Promise<void>;
}

/** What is in force before any rule has been created. */
export const NO_RULE_FILTERS: RuleFilterSet = { revision: 0, filters: [] };
