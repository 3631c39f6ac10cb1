import { Controller } from '@nestjs/common';
import { EventPattern, MessagePattern, Payload } from '@nestjs/microservices';
import {
  confirmTopicRuleDestination,
  createTopicRuleDestination,
  deleteTopicRuleDestination,
  destinationsChanged,
  getTopicRuleDestination,
  listTopicRuleDestinations,
  type ParsedRequestOf,
  type PayloadOf,
  updateTopicRuleDestination,
} from '#thingcore/contracts';
import { ContractPipe, handles } from '#thingcore/transport';
import { DestinationService } from './destination.service.js';
import { EnabledDestinations } from './enabled-destinations.js';

@Controller()
export class DestinationController {
  constructor(
    private readonly service: DestinationService,
    private readonly enabled: EnabledDestinations,
  ) {}

  @MessagePattern(createTopicRuleDestination.pattern)
  create(
    @Payload(new ContractPipe(createTopicRuleDestination)) request: ParsedRequestOf<typeof createTopicRuleDestination>,
  ) {
    return this.service.create(request.confirmationUrl);
  }

  @MessagePattern(getTopicRuleDestination.pattern)
  get(@Payload(new ContractPipe(getTopicRuleDestination)) request: ParsedRequestOf<typeof getTopicRuleDestination>) {
    return this.service.get(request.arn);
  }

  @MessagePattern(listTopicRuleDestinations.pattern)
  list(
    @Payload(new ContractPipe(listTopicRuleDestinations)) request: ParsedRequestOf<typeof listTopicRuleDestinations>,
  ) {
    return this.service.list(request.limit, request.after);
  }

  @MessagePattern(updateTopicRuleDestination.pattern)
  update(
    @Payload(new ContractPipe(updateTopicRuleDestination)) request: ParsedRequestOf<typeof updateTopicRuleDestination>,
  ) {
    return this.service.setStatus(request.arn, request.status);
  }

  @MessagePattern(confirmTopicRuleDestination.pattern)
  confirm(
    @Payload(new ContractPipe(confirmTopicRuleDestination))
    request: ParsedRequestOf<typeof confirmTopicRuleDestination>,
  ) {
    return this.service.confirm(request.confirmationToken);
  }

  @MessagePattern(deleteTopicRuleDestination.pattern)
  async delete(
    @Payload(new ContractPipe(deleteTopicRuleDestination)) request: ParsedRequestOf<typeof deleteTopicRuleDestination>,
  ) {
    await this.service.delete(request.arn);
    return {};
  }

  @EventPattern(...handles(destinationsChanged))
  destinationsChanged(@Payload(new ContractPipe(destinationsChanged)) _event: PayloadOf<typeof destinationsChanged>) {
    this.enabled.forget();
  }
}
