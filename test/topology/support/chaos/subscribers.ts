import type { SteadyClient } from '../resilience/steady-client.js';
import { ReceivedNumbers } from './message-sink.js';

/** A subscriber with a persistent session, and what it was given. */
export class Subscriber {
  private constructor(
    readonly device: SteadyClient,
    readonly sink: ReceivedNumbers,
  ) {}

  static async on(device: SteadyClient, topicFilter: string, name: string): Promise<Subscriber> {
    const sink = new ReceivedNumbers(name);
    device.client.on('message', (_topic, payload) => {
      sink.receive((JSON.parse(payload.toString()) as { n: number }).n);
    });
    await device.subscribe(topicFilter);
    return new Subscriber(device, sink);
  }

  /** Goes to sleep; what comes meanwhile waits in its session. */
  async sleep(): Promise<void> {
    await this.device.client.endAsync(false);
  }

  /** Comes back, as soon as there is a broker node to come back to. */
  wake(): void {
    this.device.client.reconnect();
  }
}
