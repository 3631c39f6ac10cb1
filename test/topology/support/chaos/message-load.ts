import { setTimeout as sleep } from 'node:timers/promises';
import type { SteadyClient } from '../resilience/steady-client.js';
import type { ClientErrors } from './client-errors.js';
import type { MessageLedger } from './message-ledger.js';
import { Pauses } from './pauses.js';

/** Messages that a device has under way at a time. */
const IN_FLIGHT = 5;

/** Between the acknowledgement of one and the next: a load, not a flood. */
const PAUSE_MS = 150;

/** Devices that publish numbers with QoS 1, each on the topic of its name, until they are stopped. */
export class MessageLoad {
  readonly pauses = new Pauses();
  #isOver = false;
  readonly #lines: Promise<void>[];

  constructor(
    devices: readonly SteadyClient[],
    private readonly ledger: MessageLedger,
    private readonly errors: ClientErrors,
  ) {
    this.#lines = devices.flatMap((device) => Array.from({ length: IN_FLIGHT }, () => this.#publishOn(device)));
  }

  /** Publishes no more; resolves when the last message is acknowledged. */
  async stop(): Promise<void> {
    this.#isOver = true;
    await Promise.all(this.#lines);
  }

  async #publishOn(device: SteadyClient): Promise<void> {
    while (!this.#isOver) {
      const n = this.ledger.begin();
      try {
        await device.publish(`chaos/telemetry/${device.client.options.clientId}`, JSON.stringify({ n }));
        this.ledger.acknowledge(n);
        this.pauses.beat();
      } catch (error) {
        this.ledger.refuse(n);
        this.errors.mqtt(error);
      }
      await sleep(PAUSE_MS);
    }
  }
}
