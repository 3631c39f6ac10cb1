import { limit, rule } from '../profile-entry.js';

/** Sessions that outlive their connection, and what waits in them. */
export const SESSION_ENTRIES = {
  sessionExpirySeconds: limit({
    what: 'How long a session outlives its connection, seconds: always with MQTT 3.1.1, at most with MQTT 5',
    aws: 3_600,
    mqtt: Infinity,
    effect: 'MQTT 5: lowered, and told in the CONNACK',
    source: 'AWS IoT quotas, persistent session expiry period (up to 604800); MQTT 5, 3.1.2.11.2',
  }),
  resumesAcrossVersions: rule({
    what: 'A session of MQTT 3.1.1 goes on with MQTT 5, and the other way round',
    aws: false,
    mqtt: true,
    effect: 'the client gets a new session',
    source: 'AWS IoT, MQTT persistent sessions',
  }),
  storedMessagesPerSession: limit({
    what: 'QoS 1 messages that wait for one session, or one group of a shared subscription',
    aws: 10_000,
    mqtt: 10_000,
    effect: 'new messages are not queued',
    source: 'AWS IoT quotas: not published for one session; that new messages are dropped is',
  }),
  storedMessagesPerSecond: limit({
    what: 'Waiting messages that a resumed session is sent, per second',
    aws: 10,
    mqtt: Infinity,
    effect: 'paced',
    source: 'AWS IoT, MQTT persistent sessions: stored messages',
  }),
  unacknowledgedSeconds: limit({
    what: 'How long a connected client may leave a QoS 1 message unacknowledged, seconds',
    aws: 3_600,
    mqtt: Infinity,
    effect: 'the message is dropped',
    source: 'AWS IoT quotas (older text), QoS 1 retries; [MQTT-4.4.0-1] knows no end',
  }),
  queuedMessagesPerSecond: limit({
    what: 'Messages queued for all sessions, per second',
    aws: Infinity,
    mqtt: Infinity,
    effect: 'new messages are not queued',
    source: 'AWS IoT quotas, queued messages per second per account: 500; here as the operator likes',
  }),
};
