import type { BrokerProfile } from './broker-profile.js';
import type { Granted } from './connect-rules.js';

/** Properties of a CONNACK by the names that mqtt-packet has for them [MQTT5 3.2.2.3]. */
export interface ConnackProperties {
  sessionExpiryInterval?: number;
  receiveMaximum?: number;
  maximumQoS?: number;
  retainAvailable?: boolean;
  maximumPacketSize?: number;
  assignedClientIdentifier?: string;
  topicAliasMaximum?: number;
  wildcardSubscriptionAvailable?: boolean;
  subscriptionIdentifiersAvailable?: boolean;
  sharedSubscriptionAvailable?: boolean;
  serverKeepAlive?: number;
}

/** What was decided for one connection. */
export interface ConnectionGrants {
  readonly keepAlive: Granted;
  readonly sessionExpiry: Granted;
  /** The client id that the broker made up. */
  readonly assignedClientId?: string | undefined;
}

/**
 * What an MQTT 5 client is told of the broker when it is let in. AWS says each of them, also where it is what the standard
 * assumes; the Server Keep Alive is always that in force.
 */
export function connackProperties(profile: BrokerProfile, grants: ConnectionGrants): ConnackProperties {
  const { keepAlive, sessionExpiry, assignedClientId } = grants;
  return {
    receiveMaximum: Math.min(profile.receiveMaximum, 65_535),
    topicAliasMaximum: Math.min(profile.topicAliasMaximum, 65_535),
    // [MQTT5 3.2.2.3.4] Without it the client may use QoS 2, and a value of 2 is an error.
    ...(profile.acceptsQos2 ? {} : { maximumQoS: 1 }),
    retainAvailable: true,
    maximumPacketSize: profile.packetBytes,
    wildcardSubscriptionAvailable: true,
    subscriptionIdentifiersAvailable: profile.acceptsSubscriptionIdentifiers,
    sharedSubscriptionAvailable: true,
    serverKeepAlive: keepAlive.seconds,
    ...(sessionExpiry.isChanged ? { sessionExpiryInterval: sessionExpiry.seconds } : {}),
    ...(assignedClientId === undefined ? {} : { assignedClientIdentifier: assignedClientId }),
  };
}
