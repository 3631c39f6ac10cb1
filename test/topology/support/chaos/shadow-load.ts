import { setTimeout as sleep } from 'node:timers/promises';
import type { SteadyClient } from '../resilience/steady-client.js';
import type { BalancedGraphql } from './balanced-graphql.js';
import type { ClientErrors } from './client-errors.js';
import { Pauses } from './pauses.js';
import type { ShadowLedger } from './shadow-ledger.js';

const PAUSE_MS = 100;
const PAUSE_AFTER_REFUSAL_MS = 250;

/** A device asks again when it has no answer by then; the broker answers, or gives up, within five seconds. */
const ANSWERED_WITHIN_MS = 8_000;

interface Answer {
  readonly clientToken?: string;
  readonly version?: number;
  readonly code?: number;
  readonly message?: string;
}

/** Devices that report to the shadow of their thing and an application that wants something of the same things. */
export class ShadowLoad {
  readonly devicePauses = new Pauses();
  readonly applicationPauses = new Pauses();
  #isOver = false;
  #lines: Promise<void>[] = [];
  readonly #waiting = new Map<string, (answer: Answer) => void>();

  constructor(
    private readonly ledger: ShadowLedger,
    private readonly errors: ClientErrors,
  ) {}

  /** The client id of a device is the name of its thing. */
  async start(devices: readonly SteadyClient[], graphql: BalancedGraphql): Promise<void> {
    for (const device of devices) {
      const shadow = `$aws/things/${device.client.options.clientId}/shadow`;
      device.client.on('message', (topic, payload) => {
        if (topic.startsWith(`${shadow}/update/`)) this.#take(payload.toString());
      });
      await device.subscribe(`${shadow}/update/accepted`);
      await device.subscribe(`${shadow}/update/rejected`);
    }
    const things = devices.map(({ client }) => client.options.clientId ?? '');
    this.#lines = [
      ...devices.map((device, line) => this.#report(device, things[line] ?? '')),
      ...things.map((thingName) => this.#want(graphql, thingName)),
    ];
  }

  async stop(): Promise<void> {
    this.#isOver = true;
    await Promise.all(this.#lines);
  }

  async #report(device: SteadyClient, thingName: string): Promise<void> {
    for (let n = 0; !this.#isOver; n++) {
      const clientToken = `device-${thingName}-${n}`;
      this.ledger.begin(clientToken);
      const answered = new Promise<Answer>((resolve) => this.#waiting.set(clientToken, resolve));
      const document = JSON.stringify({ state: { reported: { n } }, clientToken });
      const published = device.publish(`$aws/things/${thingName}/shadow/update`, document);
      published.catch((error: unknown) => this.errors.mqtt(error));
      const answer = await Promise.race([answered, sleep(ANSWERED_WITHIN_MS, undefined)]);
      this.#waiting.delete(clientToken);
      if (answer === undefined) {
        this.ledger.giveUp(clientToken);
        this.errors.event('shadow update without an answer');
      }
      // A device waits for its broker to take a message before it sends the next one.
      await published.catch(() => undefined);
      await sleep(answer?.code === undefined ? PAUSE_MS : PAUSE_AFTER_REFUSAL_MS);
    }
  }

  #take(payload: string): void {
    const answer = JSON.parse(payload) as Answer;
    const { clientToken = '', code, version = 0, message = '' } = answer;
    if (!clientToken.startsWith('device-')) return;
    const [, thingName = ''] = /^device-(.*)-\d+$/.exec(clientToken) ?? [];
    if (code === undefined) {
      this.ledger.accept({ thingName, version, clientToken });
      this.devicePauses.beat();
    } else {
      this.ledger.refuse(clientToken);
      this.errors.rejectedShadow(code, message);
    }
    this.#waiting.get(clientToken)?.(answer);
  }

  async #want(graphql: BalancedGraphql, thingName: string): Promise<void> {
    for (let n = 0; !this.#isOver; n++) {
      const clientToken = `application-${thingName}-${n}`;
      this.ledger.begin(clientToken);
      try {
        const { updateShadow } = await graphql.run<{ updateShadow: { accepted: { version: number } } }>(
          'mutation ($input: UpdateShadowInput!) { updateShadow(input: $input) { accepted } }',
          { input: { thingName, state: { desired: { m: n } }, clientToken } },
        );
        this.ledger.accept({ thingName, version: updateShadow.accepted.version, clientToken });
        this.applicationPauses.beat();
        await sleep(PAUSE_MS);
      } catch (error) {
        this.ledger.refuse(clientToken);
        this.errors.graphql(error);
        await sleep(PAUSE_AFTER_REFUSAL_MS);
      }
    }
  }
}
