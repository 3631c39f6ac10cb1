import { Injectable } from '@nestjs/common';
import { type BrokerMessage, correlationIdOf } from '#thingcore/contracts';
import { Clock, IdGenerator, Logger } from '#thingcore/platform';
import { currentTraceparent } from '#thingcore/tracing';
import { currentCorrelationId } from '#thingcore/transport';
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
  /** The id of the message or request that led to it; that of the running request unless given. */
  correlationId?: string | undefined;
}

/** The one way into the platform for every message, of devices and of the platform itself: first rules, then watchers. */
@Injectable()
export class MessageIntake {
  private readonly tellsAll: boolean;

  constructor(
    private readonly rules: RuleTap,
    private readonly taps: MessageTaps,
    private readonly clock: Clock,
    private readonly ids: IdGenerator,
    private readonly logger: Logger,
  ) {
    this.tellsAll = logger.level === 'debug';
  }

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
  async take(
    message: MqttMessage,
    { hops = 0, correlationId = currentCorrelationId(), ...origin }: MessageOrigin,
  ): Promise<string> {
    const messageId = this.ids.uuid();
    if (!this.watches(message.topic)) return messageId;
    const traceparent = currentTraceparent();
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
      ...(correlationId === undefined ? {} : { correlationId }),
      ...(traceparent === undefined ? {} : { traceparent }),
    };
    if (this.tellsAll) this.tell(taken);
    await this.rules.offer(taken);
    this.taps.offer(taken);
    return messageId;
  }

  private tell(message: BrokerMessage): void {
    const { messageId: traceId, topic: topicName, clientId, qos, hops } = message;
    const correlationId = correlationIdOf(message);
    this.logger.debug('a message was taken', { correlationId, traceId, topicName, clientId, qos, hops });
  }
}
