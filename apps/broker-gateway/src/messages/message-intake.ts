import { Injectable } from '@nestjs/common';
import type { BrokerMessage } from '#thingcore/contracts';
import { Clock, IdGenerator } from '#thingcore/platform';
import type { MqttMessage } from '../aedes/mqtt-message.js';
import { RuleTap } from '../rules/rule-tap.js';
import { MessageTaps } from '../taps/message-taps.js';

/** Where a message comes from; nothing of it is known when the platform itself speaks. */
export interface MessageOrigin {
  clientId?: string;
  principal?: string;
  sourceIp?: string;
  /** How often a rule has republished what led to the message. */
  hops?: number;
}

/** The one way into the platform for every message, of devices and of the platform itself: first rules, then watchers. */
@Injectable()
export class MessageIntake {
  constructor(
    private readonly rules: RuleTap,
    private readonly taps: MessageTaps,
    private readonly clock: Clock,
    private readonly ids: IdGenerator,
  ) {}

  /** Whether rules or watchers want messages on a topic. */
  watches(topic: string): boolean {
    return this.rules.watches(topic) || this.taps.watches(topic);
  }

  /** Has a listener told when {@link watches} may answer otherwise than before. */
  whenChanged(listener: () => void): void {
    this.rules.whenChanged(listener);
    this.taps.whenChanged(listener);
  }

  /** Takes a message in; resolves with its id when, for QoS 1, rules have it safely. */
  async take(message: MqttMessage, { hops = 0, ...origin }: MessageOrigin): Promise<string> {
    const messageId = this.ids.uuid();
    if (!this.watches(message.topic)) return messageId;
    const taken: BrokerMessage = {
      topic: message.topic,
      payload: message.payload.toString('base64'),
      qos: message.qos,
      retain: message.retain,
      ...(message.properties === undefined ? {} : { properties: message.properties }),
      ...origin,
      hops,
      timestamp: this.clock.now(),
      messageId,
    };
    await this.rules.offer(taken);
    this.taps.offer(taken);
    return messageId;
  }
}
