import { Controller } from '@nestjs/common';
import { EventPattern, MessagePattern, Payload } from '@nestjs/microservices';
import {
  closeTap,
  getConnectivity,
  openTap,
  type ParsedRequestOf,
  type PayloadOf,
  publishMessage,
  replaceRuleFilters,
  ruleFiltersReplaced,
  tapChanged,
} from '#thingcore/contracts';
import { IotError } from '#thingcore/errors';
import { Clock } from '#thingcore/platform';
import { AWS_TOPIC_LIMITS, checkTopicFilter, checkTopicName } from '#thingcore/topics';
import { ContractPipe, EventBus, handles } from '#thingcore/transport';
import { Publisher } from './messages/publisher.js';
import { platformRequest } from './messages/reserved-topics.js';
import { RuleTap } from './rules/rule-tap.js';
import { ShadowRequests } from './shadows/shadow-requests.js';
import { BrokerState } from './state/broker-state.js';
import { MessageTaps } from './taps/message-taps.js';

/** The line in which shadow requests of the platform itself wait; those of clients wait in one for each connection. */
const PLATFORM = 'platform';

@Controller()
export class BrokerController {
  constructor(
    private readonly publisher: Publisher,
    private readonly shadows: ShadowRequests,
    private readonly state: BrokerState,
    private readonly ruleTap: RuleTap,
    private readonly taps: MessageTaps,
    private readonly events: EventBus,
    private readonly clock: Clock,
  ) {}

  @MessagePattern(publishMessage.pattern)
  async publish(@Payload(new ContractPipe(publishMessage)) request: ParsedRequestOf<typeof publishMessage>) {
    const { topic, qos, retain, properties, hops } = request;
    refuse('topic', checkTopicName(topic, AWS_TOPIC_LIMITS));
    const shadowRequest = platformRequest(topic);
    const payload = Buffer.from(request.payload, 'base64');
    const messageId = await this.publisher.publish({ topic, payload, qos, retain, properties }, { hops });
    if (shadowRequest !== undefined) this.shadows.submit(PLATFORM, shadowRequest, payload);
    return { messageId };
  }

  @MessagePattern(getConnectivity.pattern)
  async getConnectivity(@Payload(new ContractPipe(getConnectivity)) request: ParsedRequestOf<typeof getConnectivity>) {
    return { connectivity: await this.state.connectivity(request.clientIds) };
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
    refuse('topicFilter', checkTopicFilter(topicFilter, AWS_TOPIC_LIMITS));
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
