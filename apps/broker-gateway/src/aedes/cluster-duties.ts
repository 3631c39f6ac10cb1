import type { Clock } from '#thingcore/platform';
import type { ClaimRequest, Cluster } from '../cluster/cluster.js';
import type { ClusterDuties } from '../cluster/lane-cluster.js';
import { identityOf } from './arrival.js';
import type { BrokerHooks } from './broker-hooks.js';
import { decodeWill, encodeWill, type LastWill } from './kept-will.js';
import type { MqttMessage } from './mqtt-message.js';
import type { SessionWipe } from './session-wipe.js';

/** What the engine does for the cluster beside the way of messages. */
export interface ClusterDutiesHost {
  readonly wipe: SessionWipe;
  readonly cluster: Pick<Cluster, 'delayWill'>;
  readonly clock: Clock;
  hooks(): BrokerHooks<unknown>;
  /** Brings a message to its subscribers; resolves when it is stored for those that are offline. */
  publish(message: MqttMessage): Promise<void>;
  /** Ends every connection, as other nodes have the sessions; resolves when all is released. */
  buryAll(): Promise<void>;
  failed(error: unknown): void;
}

/** The duties of a node towards the others. */
export function clusterDuties(host: ClusterDutiesHost): ClusterDuties {
  const publish = async ({ clientId, message }: LastWill) => {
    await host.hooks().orphanedWill(clientId, message);
    await host.publish(message);
  };
  return {
    orphaned: async ({ request, nodeId, token, will: kept }) => {
      if (request !== undefined) {
        await host.hooks().orphaned(identityOf(request.clientId, token, request.details));
      }
      if (kept === undefined) return;
      const will = decodeWill(kept);
      const waitMs = Math.min(will.delayMs, survivalMs(request));
      if (waitMs === 0) {
        await publish(will);
        return;
      }
      const later = encodeWill({ ...will, delayMs: 0 });
      await host.cluster.delayWill({ clientId: will.clientId, nodeId, token }, later, host.clock.now() + waitMs);
    },
    willDue: (kept) => publish(decodeWill(kept)),
    sessionExpired: (clientId) => host.wipe.wipe(clientId),
    buried: () => host.buryAll(),
    failed: (error) => host.failed(error),
  };
}

/** How long a session outlives its connection, in milliseconds: a will waits no longer [MQTT-3.1.3-9]. */
function survivalMs(request: ClaimRequest | undefined): number {
  if (request === undefined || !request.isPersistent) return 0;
  return request.endsAfterMs > 0 ? request.endsAfterMs : Number.POSITIVE_INFINITY;
}
