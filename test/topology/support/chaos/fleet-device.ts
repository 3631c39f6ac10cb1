import type { IClientOptions } from 'mqtt';
import type { DeviceCredentials } from '../application.js';
import { SteadyClient } from '../resilience/steady-client.js';
import type { ClientErrors } from './client-errors.js';
import type { ServiceProcess } from './service-process.js';

/** How long a broken connection rests before it is tried again, as the SDKs begin. */
const RECONNECT_MS = 250;

/** How a device of the fleet comes. */
export interface FleetDevice {
  readonly clientId: string;
  readonly certificate: DeviceCredentials;
  /** The first of them that answers, the next one when that fails. */
  readonly brokers: readonly ServiceProcess[];
  readonly protocolVersion: 4 | 5;
}

/** Connects a device with a certificate and a session that waits for it. It comes back by itself, whatever happens. */
export async function connectFleetDevice(
  { clientId, certificate, brokers, protocolVersion }: FleetDevice,
  errors: ClientErrors,
): Promise<SteadyClient> {
  const nodes = brokers.map(({ mqttsUrl }) => ({ mqttUrl: mqttsUrl }));
  const options: IClientOptions = {
    clientId,
    protocolVersion,
    clean: false,
    protocol: 'mqtts',
    cert: certificate.certificatePem,
    key: certificate.privateKey,
    ca: certificate.caPem,
    reconnectPeriod: RECONNECT_MS,
    // "Server unavailable" is what a device is told while the registry or Redis is away; it tries again, as the SDKs do.
    reconnectOnConnackError: true,
    connectTimeout: 5_000,
    ...(protocolVersion === 5 && { properties: { sessionExpiryInterval: 3600 } }),
  };
  const device = await SteadyClient.connect(nodes, options);
  let isFirst = true;
  device.client.on('error', (error) => errors.mqtt(error));
  device.client.on('disconnect', ({ reasonCode }) => errors.event(`MQTT goodbye 0x${reasonCode?.toString(16)}`));
  device.client.on('close', () => errors.event('MQTT: connection ended'));
  device.client.on('connect', ({ sessionPresent }) => {
    // A session without subscriptions has nothing that could be forgotten, and is told as a new one.
    const isForgotten = !isFirst && !sessionPresent && device.hasSubscriptions;
    if (isForgotten) errors.unclear.push(`The session of ${clientId} was forgotten`);
    isFirst = false;
  });
  return device;
}
