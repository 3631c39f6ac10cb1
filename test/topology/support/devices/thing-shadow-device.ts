import { once } from 'node:events';
import awsIot from 'aws-iot-device-sdk';
import { Inbox } from '../inbox.js';
import type { Json } from '../application.js';
import type { DeviceIdentity } from './device.js';

type ThingShadow = InstanceType<typeof awsIot.thingShadow>;

/** What the client says became of a request. */
export interface ShadowStatus {
  readonly status: 'accepted' | 'rejected';
  /** The document of the answer, without the token. */
  readonly document: Json;
}

/** A device with the `thingShadow` client of aws-iot-device-sdk, version 1. */
export interface ThingShadowDevice {
  readonly deltas: Inbox<Json>;
  /** Tells the client which shadow it is for; `seesOthers` decides whether it hears of updates that others make. */
  register(thingName: string, seesOthers: boolean): Promise<void>;
  get(thingName: string): Promise<ShadowStatus>;
  /** The client adds the version that it has seen last. */
  update(thingName: string, state: Json): Promise<ShadowStatus>;
  delete(thingName: string): Promise<ShadowStatus>;
  disconnect(): Promise<void>;
}

/** Connects the client over mutual TLS. */
export async function connectThingShadow({ clientId, url, certificate }: DeviceIdentity): Promise<ThingShadowDevice> {
  if (certificate === undefined) throw new Error('The thingShadow client connects with a certificate only');
  const { hostname, port } = new URL(url);
  const client = new awsIot.thingShadow({
    host: hostname,
    port: Number(port),
    clientId,
    privateKey: Buffer.from(certificate.privateKey),
    clientCert: Buffer.from(certificate.certificatePem),
    caCert: Buffer.from(certificate.caPem),
  });
  const deltas = new Inbox<Json>();
  client.on('delta', (_thingName: string, document: Json) => deltas.push(document));
  await once(client, 'connect');
  // From now on an error without a listener would end the test run.
  client.on('error', () => undefined);
  return {
    deltas,
    register: (thingName, seesOthers) => register(client, thingName, seesOthers),
    get: (thingName) => statusOf(client, () => client.get(thingName)),
    update: (thingName, state) => statusOf(client, () => client.update(thingName, { state })),
    delete: (thingName) => statusOf(client, () => client.delete(thingName)),
    disconnect: () => new Promise((resolve) => client.end(false, resolve)),
  };
}

function register(client: ThingShadow, thingName: string, seesOthers: boolean): Promise<void> {
  const options = seesOthers ? {} : { persistentSubscribe: false, ignoreDeltas: true };
  return new Promise((resolve, reject) => {
    client.register(thingName, options, (error, failed) => {
      if (error === undefined && failed === undefined) resolve();
      else reject(new Error(`The subscriptions for ${thingName} were refused: ${String(error)}`));
    });
  });
}

function statusOf(client: ThingShadow, ask: () => string | null): Promise<ShadowStatus> {
  return new Promise((resolve, reject) => {
    const token = ask();
    const settle = (answer: () => void) => {
      client.off('status', onStatus);
      client.off('timeout', onTimeout);
      answer();
    };
    const onStatus = (_thingName: string, status: ShadowStatus['status'], answered: string, document: Json) => {
      if (answered === token) settle(() => resolve({ status, document }));
    };
    const onTimeout = (_thingName: string, missed: string) => {
      if (missed === token) settle(() => reject(new Error(`No answer to ${missed}`)));
    };
    client.on('status', onStatus);
    client.on('timeout', onTimeout);
    if (token === null) settle(() => reject(new Error('Another request is under way')));
  });
}
