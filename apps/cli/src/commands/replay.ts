import { setTimeout as sleep } from 'node:timers/promises';
import { connectAsync, type MqttClient } from 'mqtt';
import type { CommandContext } from '../command-context.js';
import { Failure } from '../failure.js';
import { mqttsUrlOf } from '../mqtts-url.js';
import {
  activateIdentity,
  createIdentity,
  type DeviceIdentity,
  ensurePolicy,
  ensureThing,
  setStatus,
} from './device-identity.js';
import { loadReadings, type Reading } from './readings.js';

/** How the example data is replayed. */
export interface ReplayOptions {
  readonly thing: string;
  readonly limit: number;
  readonly rate: number;
  readonly mqttEndpoint?: string;
}

/** A message that is not acknowledged by then never is. */
const ACKNOWLEDGED_WITHIN_MS = 10_000;

/** Publishes the example data as a device, with a certificate that ends with the command. */
export async function replay(context: CommandContext, options: ReplayOptions): Promise<void> {
  const { thing: thingName, limit } = options;
  const api = await context.api();
  const url = mqttsUrlOf(api.instance, options.mqttEndpoint);
  const readings = await loadReadings(limit);
  const { arn } = await ensureThing(api, { name: thingName, type: undefined, attributes: {} });
  const policy = await ensurePolicy(api, undefined, arn);
  const identity = await createIdentity(api, 'EC_P256');
  const { certificateId } = identity;
  const begun = performance.now();
  const topic = `telemetry/${thingName}`;
  let acknowledged: number;
  try {
    await activateIdentity(api, { thing: thingName, policy, certificateId });
    const client = await connect(url, thingName, identity);
    try {
      acknowledged = await publishAll(context, client, topic, readings, options.rate);
    } finally {
      await client.endAsync();
    }
  } finally {
    await setStatus(api, certificateId, 'REVOKED');
  }
  const seconds = Math.round(performance.now() - begun) / 1_000;
  context.output.result({ thingName, topic, sent: readings.length, acknowledged, seconds }, [
    `${acknowledged} readings were published on ${topic} and acknowledged, in ${seconds} s.`,
  ]);
}

async function publishAll(
  { output, signal }: CommandContext,
  client: MqttClient,
  topic: string,
  readings: readonly Reading[],
  rate: number,
): Promise<number> {
  const begun = performance.now();
  let acknowledged = 0;
  const waiting = new Set<Promise<void>>();
  for (const [index, reading] of readings.entries()) {
    if (signal.aborted) break;
    const dueInMs = (1_000 * index) / rate - (performance.now() - begun);
    if (dueInMs > 0) await sleep(dueInMs);
    const sent = client.publishAsync(topic, JSON.stringify(reading), { qos: 1 }).then(() => {
      acknowledged++;
      waiting.delete(sent);
    });
    waiting.add(sent);
    // As many as a second's worth may wait for their acknowledgement.
    while (waiting.size > rate) await withinTime(Promise.race(waiting));
    if (index % rate === 0) output.progress(`${acknowledged} of ${readings.length} readings acknowledged`);
  }
  await withinTime(Promise.all(waiting));
  return acknowledged;
}

async function withinTime(work: Promise<unknown>): Promise<void> {
  const clock = new AbortController();
  const late = sleep(ACKNOWLEDGED_WITHIN_MS, undefined, { signal: clock.signal }).then(() => {
    throw new Failure('NotAcknowledged', 'The broker stopped acknowledging: try a lower --rate, and see its log');
  });
  try {
    await Promise.race([work, late]);
  } finally {
    clock.abort();
    await late.catch(() => undefined);
  }
}

async function connect(url: string, clientId: string, identity: DeviceIdentity): Promise<MqttClient> {
  const { certificatePem: cert, privateKey: key, caPem: ca } = identity;
  try {
    return await connectAsync(url, { clientId, cert, key, ca, reconnectPeriod: 0, connectTimeout: 10_000 }, false);
  } catch (error) {
    throw new Failure(
      'Unreachable',
      `${url} did not let the device in (${(error as Error).message}): check --mqtt-endpoint`,
    );
  }
}
