import { randomInt } from 'node:crypto';
import type { Client } from 'aedes';
import { reviveError, type IotError } from '#thingcore/errors';
import type { Clock } from '#thingcore/platform';
import { ClusterRemote } from '../cluster/lane-cluster.js';
import type { Cluster } from '../cluster/cluster.js';
import type { Connection, DisconnectReason } from '../connection.js';
import { MessageLane } from '../lane/message-lane.js';
import type { LaneInterests } from '../lane/ports/lane-interests.js';
import type { LaneLimits } from '../lane/ports/lane-limits.js';
import type { LanePeer, LanePolicy, LaneRefusal } from '../lane/ports/lane-policy.js';
import type { LaneStore } from '../lane/ports/lane-store.js';
import type { LaneTap } from '../lane/ports/lane-tap.js';
import type { BrokerHooks } from './broker-hooks.js';
import { codeReason } from './disconnect-reason.js';
import { fromFrame } from './lane-message.js';
import { INTERNAL_CODES, ReasonCode, refusalReasonCode } from './refusal-codes.js';

/** Fine enough to choose one of the members of a shared subscription. */
const RANDOM_STEPS = 0x1_0000_0000;

/** What a client is told of errors of our own making: nothing of what goes on inside. */
const FAILED = 'The broker could not take the message';

/** What the lane of a broker is made of. */
export interface BrokerLaneOptions {
  readonly limits: LaneLimits;
  readonly queues: LaneStore;
  readonly cluster: Cluster;
  readonly interests: LaneInterests;
  readonly clock: Clock;
}

/** What the lane asks of the broker that it is in. */
export interface LaneHost {
  hooks(): BrokerHooks<unknown>;
  /** The connection of a client that was let in. */
  connectionOf(client: object): Connection | undefined;
  /** Notes why a connection ends. */
  note(client: Client, reason: DisconnectReason): void;
  /** Whether a client gets a text of this length as Reason String. */
  isTold(client: Client, reason: string): boolean;
}

/** The lane with the gateway's decisions behind its ports. */
export function brokerLane(options: BrokerLaneOptions, host: LaneHost): MessageLane {
  const failed = (error: unknown) => host.hooks().error(error instanceof Error ? error : new Error(String(error)));
  return new MessageLane({
    limits: options.limits,
    policy: policyOf(host),
    tap: tapOf(host, failed),
    store: options.queues,
    remote: new ClusterRemote(options.cluster),
    interests: options.interests,
    turns: {
      take: (name) => options.cluster.takeTurn(name),
      end: (name) => options.cluster.endTurn(name),
    },
    now: () => options.clock.now(),
    pace: ({ client }) => (host.connectionOf(client) === undefined ? undefined : host.hooks().openPace()),
    admitRetained: (topic) => {
      const error = host.hooks().admitRetained(topic);
      return error && { reasonCode: ReasonCode.quotaExceeded, reason: error.message, endsConnection: false };
    },
    random: () => randomInt(RANDOM_STEPS) / RANDOM_STEPS,
    explain: (thrown) => {
      const error = reviveError(thrown);
      if (INTERNAL_CODES.has(error.code)) failed(error);
      return laneRefusal(error);
    },
    refused: (peer, { reasonCode, reason, endsConnection }) => {
      if (endsConnection) host.note(peer.client as Client, codeReason(reasonCode));
      const connection = host.connectionOf(peer.client);
      if (connection !== undefined) host.hooks().refused(connection, reasonCode, reason);
    },
    tells: ({ client }, reason) => reason !== FAILED && host.isTold(client as Client, reason),
    failed,
  });
}

function policyOf(host: LaneHost): LanePolicy {
  return {
    mayPublish: ({ client }, topic, isRetained) => {
      const connection = host.connectionOf(client);
      if (connection === undefined) return stranger();
      const error = host.hooks().mayPublish(connection, topic, isRetained);
      return error && laneRefusal(error);
    },
    mayReceive: ({ client }, topic) => {
      const connection = host.connectionOf(client);
      return connection !== undefined && host.hooks().mayReceive(connection, topic);
    },
  };
}

function tapOf(host: LaneHost, failed: (error: unknown) => void): LaneTap {
  return {
    watches: (topic) => host.hooks().watches(topic),
    offer: (frame, { client }: LanePeer) => {
      const connection = host.connectionOf(client);
      if (connection === undefined) return undefined;
      const taken = host.hooks().offer(connection, fromFrame(frame));
      if (frame.qos > 0) return taken;
      // Nobody waits for it, and nobody could be told.
      taken.catch(failed);
      return undefined;
    },
  };
}

function stranger(): LaneRefusal {
  const reason = 'This client has not been authenticated';
  return { reasonCode: ReasonCode.notAuthorized, reason, endsConnection: true };
}

/**
 * A denied message is told in its PUBACK. All else ends the connection with the true reason, so that a session keeps the
 * message and sends it again.
 */
function laneRefusal({ code, message }: IotError): LaneRefusal {
  return {
    reasonCode: refusalReasonCode(code),
    reason: INTERNAL_CODES.has(code) ? FAILED : message,
    endsConnection: code !== 'Forbidden' && code !== 'Unauthorized',
  };
}
