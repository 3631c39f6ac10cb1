import { z } from 'zod';
import { messageProperties } from './broker.js';
import { command, event } from './contract.js';
import { bytes } from './json.js';
import { thingName } from './names.js';

const clientId = z.string().min(1).max(256);

const connectivity = z.object({
  clientId: z.string(),
  connected: z.boolean(),
  /** Milliseconds since the epoch of the last change: it connected, or it was found to be gone. */
  timestamp: z.int(),
  disconnectReason: z.string().optional(),
  /** The thing of the connection, when it is of one. */
  thingName: z.string().optional(),
  /** Milliseconds since the epoch. */
  connectedSince: z.int(),
  /** Milliseconds since the epoch; absent while it is connected. */
  disconnectedSince: z.int().optional(),
  /** As in the lifecycle events of the connection. */
  sessionIdentifier: z.string(),
  /** The certificate id of the client, or `anonymous`. */
  principal: z.string(),
  /** Grows with each connection of the client. */
  versionNumber: z.int(),
  /** Whether the session ends with the connection. */
  cleanSession: z.boolean(),
  /** The keep alive in force, in seconds; 0 for none. */
  keepAliveDuration: z.int(),
  /** How long the session outlives the connection, in seconds; 0 when it does not, or for ever. */
  sessionExpiry: z.int(),
  sourceIp: z.string(),
  sourcePort: z.int().optional(),
  targetIp: z.string().optional(),
  targetPort: z.int().optional(),
});

/** The last thing known of a client's connection, which lasts or has ended. */
export type Connectivity = z.output<typeof connectivity>;

/** The connectivity of clients; one that was never seen is left out. */
export const getConnectivity = command('broker', 'connectivity.getMany.v1', {
  request: z.strictObject({ clientIds: z.array(z.string()).max(1000) }),
  reply: z.object({ connectivity: z.array(connectivity) }),
});

/**
 * The connectivity of things: of the client that connects as the thing by its certificate, or whose id is the name of the
 * thing. A thing that was never seen is left out.
 */
export const getConnectivityOfThings = command('broker', 'connectivity.getOfThings.v1', {
  request: z.strictObject({ thingNames: z.array(z.string()).max(1000) }),
  reply: z.object({ things: z.array(z.object({ thingName, connectivity })) }),
});

/** The clients that are connected to any node, in the order of their ids as bytes compare. */
export const listConnections = command('broker', 'connection.list.v1', {
  request: z.strictObject({ after: z.string().optional(), limit: z.int().min(1).max(250).default(50) }),
  reply: z.object({ connections: z.array(connectivity), nextToken: z.string().optional() }),
});

/**
 * Ends the connection of a client, with reason `API_INITIATED_DISCONNECT`, wherever it is connected. With `cleanSession` its
 * session ends too, also that of a client that is away. `ResourceNotFound` when there is nothing to end.
 */
export const deleteConnection = command('broker', 'connection.delete.v1', {
  request: z.strictObject({
    clientId,
    cleanSession: z.boolean().default(false),
    /** Keeps the broker from publishing the will. */
    preventWillMessage: z.boolean().default(false),
  }),
  reply: z.object({}),
});

const clientSubscription = z.object({ topicFilter: z.string(), qos: z.int().min(0).max(2) });

/** A topic filter that a client is subscribed to. */
export type ClientSubscription = z.output<typeof clientSubscription>;

/**
 * What a client is subscribed to, in the order of the filters: of one that is connected, or of the session that one left.
 * `ResourceNotFound` for a client with neither.
 */
export const listSubscriptions = command('broker', 'subscription.list.v1', {
  request: z.strictObject({
    clientId,
    nextToken: z.string().optional(),
    maxResults: z.int().min(1).max(250).default(20),
  }),
  reply: z.object({ subscriptions: z.array(clientSubscription), nextToken: z.string().optional() }),
});

/** Without the lifetime of a message: it goes out now or not at all. */
const directProperties = messageProperties.omit({ messageExpiryInterval: true });

const directMessage = z.strictObject({
  clientId,
  topic: z.string(),
  payload: bytes,
  properties: directProperties.optional(),
  /** Send it with QoS 1 and wait for the client's PUBACK; else with QoS 0. */
  confirmation: z.boolean().default(false),
  /** How many seconds to wait for the PUBACK. AWS: SendDirectMessage, 1 to 15. */
  timeout: z.int().min(1).max(15).default(5),
});

/**
 * Sends a message to one connected client and to nobody else, whatever it is subscribed to. Errors: `ResourceNotFound` when
 * it is not connected, `Forbidden` when it may not receive the topic, `PayloadTooLarge`, `Throttling` when it does not take
 * what it is sent, `GatewayTimeout` when it does not acknowledge in time.
 */
export const sendDirectMessage = command('broker', 'directMessage.send.v1', {
  request: directMessage,
  reply: z.object({ messageId: z.string() }),
});

const retainedSummary = z.object({
  topic: z.string(),
  payloadSize: z.int(),
  qos: z.int().min(0).max(2),
  /** Milliseconds since the epoch. */
  lastModifiedTime: z.int(),
});

/** What is known of a retained message without its payload. */
export type RetainedMessageSummary = z.output<typeof retainedSummary>;

const retainedMessage = retainedSummary.omit({ payloadSize: true }).extend({
  payload: bytes,
  userProperties: z.array(z.tuple([z.string(), z.string()])).optional(),
});

/** A message that is retained on a topic. */
export type RetainedMessage = z.output<typeof retainedMessage>;

/** The message that is retained on a topic. `ResourceNotFound` when there is none. */
export const getRetainedMessage = command('broker', 'retainedMessage.get.v1', {
  request: z.strictObject({ topic: z.string() }),
  reply: retainedMessage,
});

/** The retained messages in the order of their topics as bytes compare; `after` is a topic. */
export const listRetainedMessages = command('broker', 'retainedMessage.list.v1', {
  request: z.strictObject({ after: z.string().optional(), limit: z.int().min(1).max(250).default(50) }),
  reply: z.object({ messages: z.array(retainedSummary), nextToken: z.string().optional() }),
});

const nodeOperation = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('disconnect'),
    clientId,
    cleanSession: z.boolean(),
    preventWillMessage: z.boolean(),
  }),
  z.object({ kind: z.literal('subscriptions'), clientId }),
  z.object({ kind: z.literal('send'), message: directMessage }),
]);

/** What one broker node asks of another about a client that is connected there. */
export type NodeOperation = z.output<typeof nodeOperation>;

/** For one broker node, `to`: something to do with a client that is connected to it. */
export const nodeOperationRequested = event(
  'broker',
  'nodeOperation.requested.v1',
  'broadcast',
  z.object({ requestId: z.string(), from: z.string(), to: z.string(), operation: nodeOperation }),
);

/** For one broker node, `to`: what became of its request. `error` is an error in its JSON form. */
export const nodeOperationAnswered = event(
  'broker',
  'nodeOperation.answered.v1',
  'broadcast',
  z.object({
    requestId: z.string(),
    to: z.string(),
    subscriptions: z.array(clientSubscription).optional(),
    error: z.looseObject({ code: z.string(), message: z.string(), retryable: z.boolean() }).optional(),
  }),
);
