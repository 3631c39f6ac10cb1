import type { Connectivity } from '#thingcore/contracts';
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
  /** What clients were denied lately. */
  abstract readonly denials: DenialLog;

  /** Opens it and shows the other nodes that this one lives. */
  abstract start(): Promise<void>;

  /** Keeps a filter set unless a newer one is kept already; answers the set that is in force now. */
  abstract keepRuleFilters(set: RuleFilterSet): Promise<RuleFilterSet>;

  /** The filter set in force; revision 0 without filters when there has never been one. */
  abstract ruleFilters(): Promise<RuleFilterSet>;

  /** Keeps the last thing known of a client's connection to this node, unless something later is known. */
  abstract keepConnectivity(connectivity: Connectivity): Promise<void>;

  /**
   * The last thing known of these clients; one that was never seen is left out. A client whose node died is not
   * connected, for a reason that nobody knows.
   */
  abstract connectivity(clientIds: string[]): Promise<Connectivity[]>;

  /** Releases what it holds. */
  abstract close(): Promise<void>;
}

/** What is in force before any rule has been created. */
export const NO_RULE_FILTERS: RuleFilterSet = { revision: 0, filters: [] };

/** Connectivity as it is kept: with the node that the client connected to. */
export interface KeptConnectivity extends Connectivity {
  nodeId: string;
}

/** What is known of a client's connection, given the nodes that live. */
export function presentConnectivity(
  { nodeId, ...known }: KeptConnectivity,
  isAlive: (nodeId: string) => boolean,
): Connectivity {
  if (!known.connected || isAlive(nodeId)) return known;
  // AWS: GetThingConnectivityData, a reason that only appears here.
  return { ...known, connected: false, disconnectReason: 'UNKNOWN' };
}
