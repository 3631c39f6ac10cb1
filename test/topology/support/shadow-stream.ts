import { setTimeout as sleep } from 'node:timers/promises';
import type { Application } from './application.js';
import type { MqttjsDevice } from './devices/mqttjs-device.js';

/** Updates that one device has under way at a time; AWS lets a connection have ten for each thing. */
const IN_FLIGHT = 5;

/** An answer that has not come by then does not come any more: the broker gives up after five seconds. */
const ANSWERED_WITHIN_MS = 15_000;

/** What a device was told of an update. */
export interface ShadowAnswer {
  readonly thingName: string;
  /** Of an update that was accepted. */
  readonly version?: number;
  /** Of an update that was rejected. */
  readonly code?: number;
}

interface AnswerDocument {
  readonly clientToken?: string;
  readonly version?: number;
  readonly code?: number;
}

/** Devices that go on updating shadows, each update with a token of its own, and note what they are told. */
export class ShadowStream {
  /** What was answered, by client token; the first answer counts. */
  readonly answers = new Map<string, ShadowAnswer>();
  /** Tokens that were answered with `accepted`, in the order in which the first device heard of them, by thing. */
  readonly heard = new Map<string, AnswerDocument[]>();
  sent = 0;
  private isRunning = true;
  private readonly waiting = new Map<string, () => void>();
  private senders: Promise<unknown> = Promise.resolve();

  constructor(
    private readonly devices: readonly MqttjsDevice[],
    private readonly things: readonly string[],
  ) {}

  get accepted(): [token: string, answer: ShadowAnswer][] {
    return [...this.answers].filter(([, { version }]) => version !== undefined);
  }

  /** Begins to send. */
  async start(): Promise<void> {
    for (const [index, device] of this.devices.entries()) {
      device.client.on('message', (topic, payload) => this.take(index, topic, payload.toString()));
      await device.subscribe('$aws/things/+/shadow/update/accepted');
      await device.subscribe('$aws/things/+/shadow/update/rejected');
    }
    const senders = this.devices.flatMap((device, index) =>
      Array.from({ length: IN_FLIGHT }, (_, line) => this.send(device, `${index}-${line}`)),
    );
    this.senders = Promise.all(senders);
  }

  /** Sends no more, and waits for what is under way. */
  async stop(): Promise<void> {
    this.isRunning = false;
    await this.senders;
  }

  private async send(device: MqttjsDevice, line: string): Promise<void> {
    for (let n = 0; this.isRunning; n++) {
      const clientToken = `${line}-${n}`;
      const thingName = this.things[this.sent++ % this.things.length] ?? '';
      const answered = new Promise<void>((resolve) => this.waiting.set(clientToken, resolve));
      const state = { reported: { [`line-${line}`]: n } };
      await device.publish(`$aws/things/${thingName}/shadow/update`, { state, clientToken });
      await Promise.race([answered, sleep(ANSWERED_WITHIN_MS, undefined, { ref: false })]);
      if (this.answers.get(clientToken)?.code !== undefined) await sleep(50);
    }
  }

  /** Every device hears every answer; each is noted once. */
  private take(device: number, topic: string, payload: string): void {
    const [, , thingName = ''] = topic.split('/');
    const document = JSON.parse(payload) as AnswerDocument;
    const { clientToken = '', version, code } = document;
    if (device === 0 && code === undefined) {
      this.heard.set(thingName, [...(this.heard.get(thingName) ?? []), document]);
    }
    if (!clientToken.startsWith(`${device}-`) || this.answers.has(clientToken)) return;
    this.answers.set(clientToken, code === undefined ? { thingName, version: version ?? 0 } : { thingName, code });
    this.waiting.get(clientToken)?.();
    this.waiting.delete(clientToken);
  }
}

/** A version of a shadow as its history tells it. */
export interface KeptVersion {
  readonly version: number;
  readonly clientToken: string | null;
}

interface HistoryPage {
  readonly nodes: KeptVersion[];
  readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string | null };
}

/** All versions of a shadow that are kept, the first one first. */
export async function versionsOf(application: Application, thingName: string): Promise<KeptVersion[]> {
  const versions: KeptVersion[] = [];
  for (let after: string | null = null; ;) {
    const { nodes, pageInfo } = await historyPage(application, thingName, after);
    versions.unshift(...nodes.reverse());
    if (!pageInfo.hasNextPage) break;
    after = pageInfo.endCursor;
  }
  return versions;
}

async function historyPage(application: Application, thingName: string, after: string | null): Promise<HistoryPage> {
  const { thing } = await application.graphql.run<{ thing: { shadow: { history: HistoryPage } } }>(
    `query ($thingName: String!, $after: String) { thing(name: $thingName) { shadow {
      history(first: 100, after: $after) { nodes { version clientToken } pageInfo { hasNextPage endCursor } } } } }`,
    { thingName, after },
  );
  return thing.shadow.history;
}
