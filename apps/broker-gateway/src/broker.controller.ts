import { Controller, Inject } from '@nestjs/common';
import { EventPattern, MessagePattern, Payload } from '@nestjs/microservices';
import {
  closeTap,
  openTap,
  type ParsedRequestOf,
  type PayloadOf,
  publishMessage,
  publishMessages,
  replaceRuleFilters,
  ruleFiltersReplaced,
  tapChanged,
} from '#thingcore/contracts';
import { IotError, reviveError } from '#thingcore/errors';
import { Clock } from '#thingcore/platform';
import { checkTopicFilter, checkTopicName, type TopicLimits } from '#thingcore/topics';
import { ContractPipe, EventBus, handles, outage } from '#thingcore/transport';
import { grantedProperties } from './messages/platform-properties.js';
import { Publisher } from './messages/publisher.js';
import { requestWithoutConnection } from './messages/reserved-topics.js';
import { tracePlatformPublish } from './messages/traced-publish.js';
import { BROKER_PROFILE, type BrokerProfile } from './profile/broker-profile.js';
import { topicLimits } from './profile/lane-limits.js';
import { RuleTap } from './rules/rule-tap.js';
import { ShadowRequests } from './shadows/shadow-requests.js';
import { BrokerState } from './state/broker-state.js';
import { MessageTaps } from './taps/message-taps.js';

/** The line in which shadow requests of the platform itself wait; those of clients wait in one for each connection. */
const PLATFORM = 'platform';

@Controller()
export class BrokerController {
  private readonly topics: TopicLimits;

  constructor(
    private readonly publisher: Publisher,
    private readonly shadows: ShadowRequests,
    private readonly state: BrokerState,
    private readonly ruleTap: RuleTap,
    private readonly taps: MessageTaps,
    private readonly events: EventBus,
    private readonly clock: Clock,
    @Inject(BROKER_PROFILE) private readonly profile: BrokerProfile,
  ) {
    this.topics = topicLimits(profile);
  }

  @MessagePattern(publishMessage.pattern)
  async publish(@Payload(new ContractPipe(publishMessage)) request: ParsedRequestOf<typeof publishMessage>) {
    return { messageId: await this.publishOne(request) };
  }

  @MessagePattern(publishMessages.pattern)
  async publishMany(@Payload(new ContractPipe(publishMessages)) { messages }: ParsedRequestOf<typeof publishMessages>) {
    const outcomes = await Promise.allSettled(messages.map((message) => this.publishOne(message)));
    const failures = outcomes.flatMap((outcome, index) => {
      if (outcome.status === 'fulfilled') return [];
      const { code, message, retryable } = outage(outcome.reason) ?? reviveError(outcome.reason);
      return [{ index, error: { code, message, retryable } }];
    });
    return { failures };
  }

  private async publishOne(request: ParsedRequestOf<typeof publishMessage>): Promise<string> {
    this.publisher.assertRunning();
    const { topic, qos, retain, hops, correlationId, traceparent } = request;
    refuse('topic', checkTopicName(topic, this.topics));
    const properties = grantedProperties(request.properties, this.profile);
    const shadowRequest = requestWithoutConnection(topic);
    const payload = Buffer.from(request.payload, 'base64');
    const message = { topic, payload, qos, retain, properties };
    return tracePlatformPublish(message, traceparent, async () => {
      const messageId = await this.publisher.publish(message, { hops, correlationId });
      if (shadowRequest !== undefined) this.shadows.submit(PLATFORM, shadowRequest, payload, undefined, correlationId);
      return messageId;
    });
  }

  @MessagePattern(replaceRuleFilters.pattern)
  async replaceRuleFilters(
    @Payload(new ContractPipe(replaceRuleFilters)) request: ParsedRequestOf<typeof replaceRuleFilters>,
  ) {
    const inForce = await this.state.keepRuleFilters(request);
    this.ruleTap.replaceFilters(inForce);
    await this.events.publish(ruleFiltersReplaced, inForce);
    return {};
  }

  @MessagePattern(openTap.pattern)
  async openTap(@Payload(new ContractPipe(openTap)) request: ParsedRequestOf<typeof openTap>) {
    const { tapId, topicFilter, leaseMs } = request;
    refuse('topicFilter', checkTopicFilter(topicFilter, this.topics));
    await this.changeTap({ tapId, topicFilter, expiresAt: this.clock.now() + leaseMs });
    return {};
  }

  @MessagePattern(closeTap.pattern)
  async closeTap(@Payload(new ContractPipe(closeTap)) { tapId }: ParsedRequestOf<typeof closeTap>) {
    await this.changeTap({ tapId, expiresAt: 0 });
    return {};
  }

  @EventPattern(...handles(ruleFiltersReplaced))
  ruleFiltersReplaced(@Payload(new ContractPipe(ruleFiltersReplaced)) event: PayloadOf<typeof ruleFiltersReplaced>) {
    this.ruleTap.replaceFilters(event);
  }

  @EventPattern(...handles(tapChanged))
  tapChanged(@Payload(new ContractPipe(tapChanged)) event: PayloadOf<typeof tapChanged>) {
    this.taps.apply(event);
  }

  /** This node follows at once, the others when the event reaches them. */
  private async changeTap(change: PayloadOf<typeof tapChanged>): Promise<void> {
    this.taps.apply(change);
    await this.events.publish(tapChanged, change);
  }
}

function refuse(field: string, problem: string | undefined): void {
  if (problem !== undefined) throw new IotError('InvalidRequest', `${field}: ${problem}`, { details: { field } });
}
