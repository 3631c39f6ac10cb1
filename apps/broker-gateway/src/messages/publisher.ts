import { Injectable } from '@nestjs/common';
import { IotError } from '#thingcore/errors';
import { AedesBroker } from '../aedes/aedes-broker.js';
import type { MqttMessage } from '../aedes/mqtt-message.js';
import { MessageIntake, type MessageOrigin } from './message-intake.js';

/** Publishes messages in the name of the platform. They reach rules and watchers like those of devices. */
@Injectable()
export class Publisher {
  constructor(
    private readonly broker: AedesBroker,
    private readonly intake: MessageIntake,
  ) {}

  /**
   * Throws `ServiceUnavailable` while this node starts or stops. It serves the other services before it knows who wants what,
   * and what they hand over then would be taken and reach nobody.
   */
  assertRunning(): void {
    if (this.broker.isRunning) return;
    throw new IotError('ServiceUnavailable', 'This broker node is being started or stopped; try again');
  }

  /** Publishes a message and answers its id when the broker has taken it. */
  async publish(message: MqttMessage, origin: MessageOrigin = {}): Promise<string> {
    const messageId = await this.intake.take(message, origin);
    await this.broker.publish(message);
    return messageId;
  }

  /** Whether a message on a topic would go to anybody now. Who answers devices need not write what nobody reads. */
  isAwaited(topic: string): boolean {
    return this.intake.watches(topic) || this.broker.hasReceivers(topic);
  }

  /** Publishes a JSON document with QoS 1, as the platform answers devices. */
  publishJson(topic: string, document: unknown): Promise<void> {
    return this.publishText(topic, JSON.stringify(document));
  }

  /** Publishes a JSON document that is text already, as {@link publishJson} does. */
  async publishText(topic: string, text: string): Promise<void> {
    await this.publish({ topic, payload: Buffer.from(text), qos: 1, retain: false });
  }
}
