import { limit } from '../profile-entry.js';

/** How much a connection, an address and all together may ask for in a second. */
export const RATE_ENTRIES = {
  publishesPerSecond: limit({
    what: 'Messages of one connection, per second',
    aws: 100,
    mqtt: Infinity,
    effect: 'the connection is not read until they are paid off, so that QoS 1 stays unacknowledged; HTTP 429',
    source: 'AWS IoT quotas, publish requests per second per connection',
  }),
  deliveriesPerSecond: limit({
    what: 'Messages to one connection, per second',
    aws: 100,
    mqtt: Infinity,
    effect: 'QoS 0 is dropped; QoS 1 waits in a persistent session or a shared group, else it is dropped',
    source: 'AWS IoT quotas, outbound publish requests per second per connection',
  }),
  bytesPerSecond: limit({
    what: 'Throughput of one connection in each direction, bytes per second',
    aws: 524_288,
    mqtt: Infinity,
    effect: 'as for messages of and to one connection',
    source: 'AWS IoT quotas, throughput per second per connection',
  }),
  connections: limit({
    what: 'Connections to one node',
    aws: Infinity,
    mqtt: Infinity,
    effect: 'CONNACK 0x97, MQTT 3.1.1: closed without an answer',
    source: 'AWS IoT quotas, maximum concurrent client connections per account: 500000; here as the operator likes',
  }),
  connectsPerSecond: limit({
    what: 'CONNECTs to one node, per second',
    aws: Infinity,
    mqtt: Infinity,
    effect: 'CONNACK 0x97, MQTT 3.1.1: closed without an answer',
    source: 'AWS IoT quotas, connect requests per second per account: 500; here as the operator likes',
  }),
  publishesPerSecondOfAll: limit({
    what: 'Messages of all clients of a node, per second',
    aws: Infinity,
    mqtt: Infinity,
    effect: 'as for messages of one connection',
    source: 'AWS IoT quotas, inbound publish requests per second per account: 20000; here as the operator likes',
  }),
  deliveriesPerSecondToAll: limit({
    what: 'Messages to all clients of a node, per second',
    aws: Infinity,
    mqtt: Infinity,
    effect: 'as for messages to one connection',
    source: 'AWS IoT quotas, outbound publish requests per second per account: 20000; here as the operator likes',
  }),
  socketsPerSecondPerAddress: limit({
    what: 'New sockets of one IPv4 address or IPv6 /64 network, per second',
    aws: 1_000,
    mqtt: 1_000,
    effect: 'closed before TLS begins',
    source: "this product's own",
  }),
  handshakesPerAddress: limit({
    what: 'TLS handshakes of one IPv4 address or IPv6 /64 network at a time',
    aws: 200,
    mqtt: 200,
    effect: 'closed before TLS begins',
    source: "this product's own",
  }),
  handshakes: limit({
    what: 'TLS handshakes of all at a time',
    aws: 1_000,
    mqtt: 1_000,
    effect: 'closed before TLS begins',
    source: "this product's own",
  }),
  silentSocketsPerAddress: limit({
    what: 'Sockets of one IPv4 address or IPv6 /64 network that have sent no CONNECT, at a time',
    aws: 1_000,
    mqtt: 1_000,
    effect: 'further ones are closed, before TLS begins if they can be',
    source: "this product's own",
  }),
  silentSockets: limit({
    what: 'Sockets of all that have sent no CONNECT, at a time',
    aws: 10_000,
    mqtt: 10_000,
    effect: 'further ones are closed, before TLS begins if they can be',
    source: "this product's own",
  }),
};
