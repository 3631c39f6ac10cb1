import { isIPv4, isIPv6 } from 'node:net';
import { type ConfigOf, ConfigError, port, setting, wholeNumber } from '#thingcore/platform';
import { z } from 'zod';
import { dataPlaneSettings } from './data-plane/data-plane.settings.js';
import { ticketSettings } from './listeners/ticket-keys.settings.js';
import { webSocketSettings } from './listeners/websocket/websocket.settings.js';
import { profileSettings } from './profile/profile.settings.js';

/** What the broker gateway can be told. */
export const brokerSettings = {
  mqttPort: setting('THINGCORE_MQTT_PORT', port(1883), 'Port of plain MQTT'),
  mqttHost: setting(
    'THINGCORE_MQTT_HOST',
    z.string().default('127.0.0.1'),
    'Address of plain MQTT; anything but loopback needs THINGCORE_BROKER_ANONYMOUS_POLICY',
  ),
  mqttsPort: setting('THINGCORE_MQTTS_PORT', port(8883), 'Port of MQTT over TLS with client certificates'),
  mqttsHost: setting('THINGCORE_MQTTS_HOST', z.string().default('0.0.0.0'), 'Address of MQTT over TLS'),
  hostnames: setting(
    'THINGCORE_BROKER_HOSTNAMES',
    z
      .string()
      .default('')
      .transform((text) =>
        text
          .split(',')
          .map((name) => name.trim())
          .filter((name) => name !== ''),
      ),
    'Names and addresses, separated by commas, that devices know this broker by; they are put into its certificate beside localhost and the name of the machine',
  ),
  tlsCertificateFile: setting(
    'THINGCORE_BROKER_TLS_CERT_FILE',
    z.string().optional(),
    'Certificate chain (PEM) of the TLS listener; else one is made and kept as server.pem in the data directory',
  ),
  tlsKeyFile: setting(
    'THINGCORE_BROKER_TLS_KEY_FILE',
    z.string().optional(),
    'Private key (PEM) of THINGCORE_BROKER_TLS_CERT_FILE',
  ),
  anonymousPolicy: setting(
    'THINGCORE_BROKER_ANONYMOUS_POLICY',
    z.string().optional(),
    'Policy document (JSON) of clients on the plain port; without it they may do everything, and the port is loopback only',
  ),
  tlsCheckMs: setting(
    'THINGCORE_BROKER_TLS_CHECK_MS',
    wholeNumber(60_000, 100, 86_400_000),
    'Milliseconds between two looks at the certificate of the TLS listener: files that changed are read again, a certificate that runs out is renewed, and no connection is closed for it',
  ),
  principalCheckMs: setting(
    'THINGCORE_BROKER_PRINCIPAL_CHECK_MS',
    wholeNumber(1_000, 100, 60_000),
    'Milliseconds between two questions to the registry what changed for live connections; they make good what a broadcast did not bring, so this bounds how long a revoked certificate stays connected',
  ),
  newCertificatesPerSecond: setting(
    'THINGCORE_BROKER_NEW_CERTIFICATES_PER_SECOND',
    wholeNumber(10, 1, 10_000),
    'Unknown certificates of one source address (of one /64 network with IPv6) that are presented to the registry in a second, ten times as many at once; devices behind one address that register by their first connection come in at this rate',
  ),
  denialsKept: setting(
    'THINGCORE_BROKER_DENIALS_KEPT',
    wholeNumber(10_000, 100, 1_000_000),
    'How many of the last denials are kept to answer why a client was not allowed something, those of all nodes together',
  ),
  connectivityDays: setting(
    'THINGCORE_BROKER_CONNECTIVITY_DAYS',
    wholeNumber(30, 1, 3_650),
    'How many days the connectivity of a client is kept that is away and belongs to no thing; that of a thing is kept for good',
  ),
  ...webSocketSettings,
  ...dataPlaneSettings,
  ...ticketSettings,
  ...profileSettings,
};

/** What the broker gateway was told. */
export type BrokerConfig = ConfigOf<typeof brokerSettings>;

/** Where {@link BrokerConfig} is found. */
export const BROKER_CONFIG = Symbol('BrokerConfig');

/** Refuses settings that contradict each other, naming the one to change. */
export function checkBrokerConfig(config: BrokerConfig): BrokerConfig {
  const problems: string[] = [];
  if ((config.tlsCertificateFile === undefined) !== (config.tlsKeyFile === undefined)) {
    problems.push('THINGCORE_BROKER_TLS_CERT_FILE and THINGCORE_BROKER_TLS_KEY_FILE go together: set both or none');
  }
  if (config.anonymousPolicy === undefined && !isLoopback(config.mqttHost)) {
    problems.push(
      `THINGCORE_MQTT_HOST=${JSON.stringify(config.mqttHost)} would let anybody do everything: set THINGCORE_BROKER_ANONYMOUS_POLICY too, or use 127.0.0.1`,
    );
  }
  if (config.anonymousPolicy === undefined && !isLoopback(config.wsHost)) {
    problems.push(
      `THINGCORE_WS_HOST=${JSON.stringify(config.wsHost)} would let anybody do everything: set THINGCORE_BROKER_ANONYMOUS_POLICY too, or use 127.0.0.1`,
    );
  }
  if (problems.length > 0) throw new ConfigError(problems);
  return config;
}

function isLoopback(host: string): boolean {
  if (isIPv4(host)) return host.startsWith('127.');
  if (isIPv6(host)) return host === '::1';
  return host === 'localhost';
}
