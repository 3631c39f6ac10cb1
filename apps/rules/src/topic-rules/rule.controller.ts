import { Controller } from '@nestjs/common';
import { EventPattern, MessagePattern, Payload } from '@nestjs/microservices';
import {
  brokerNodeStarted,
  createTopicRule,
  deleteTopicRule,
  disableTopicRule,
  enableTopicRule,
  getTopicRule,
  listTopicRules,
  type ParsedRequestOf,
  type PayloadOf,
  replaceTopicRule,
  rulesChanged,
} from '#thingcore/contracts';
import { ContractPipe, handles } from '#thingcore/transport';
import { InboxWorker } from '../delivery/inbox-worker.js';
import { RuleFilters } from './rule-filters.js';
import { RuleService } from './rule.service.js';
import { RuleSet } from './rule-set.js';

@Controller()
export class RuleController {
  constructor(
    private readonly service: RuleService,
    private readonly rules: RuleSet,
    private readonly filters: RuleFilters,
    private readonly inbox: InboxWorker,
  ) {}

  @MessagePattern(createTopicRule.pattern)
  create(@Payload(new ContractPipe(createTopicRule)) request: ParsedRequestOf<typeof createTopicRule>) {
    return this.service.create(request.ruleName, request.payload, request.tags);
  }

  @MessagePattern(replaceTopicRule.pattern)
  replace(@Payload(new ContractPipe(replaceTopicRule)) request: ParsedRequestOf<typeof replaceTopicRule>) {
    return this.service.replace(request.ruleName, request.payload);
  }

  @MessagePattern(enableTopicRule.pattern)
  enable(@Payload(new ContractPipe(enableTopicRule)) request: ParsedRequestOf<typeof enableTopicRule>) {
    return this.service.setDisabled(request.ruleName, false);
  }

  @MessagePattern(disableTopicRule.pattern)
  disable(@Payload(new ContractPipe(disableTopicRule)) request: ParsedRequestOf<typeof disableTopicRule>) {
    return this.service.setDisabled(request.ruleName, true);
  }

  @MessagePattern(getTopicRule.pattern)
  get(@Payload(new ContractPipe(getTopicRule)) request: ParsedRequestOf<typeof getTopicRule>) {
    return this.service.get(request.ruleName);
  }

  @MessagePattern(listTopicRules.pattern)
  async list(@Payload(new ContractPipe(listTopicRules)) filter: ParsedRequestOf<typeof listTopicRules>) {
    return { rules: await this.service.list(filter) };
  }

  @MessagePattern(deleteTopicRule.pattern)
  async delete(@Payload(new ContractPipe(deleteTopicRule)) request: ParsedRequestOf<typeof deleteTopicRule>) {
    await this.service.delete(request.ruleName);
    return {};
  }

  /** Also tells the broker: the replica that made the change may have ended before it could. */
  @EventPattern(...handles(rulesChanged))
  async rulesChanged(@Payload(new ContractPipe(rulesChanged)) { revision }: PayloadOf<typeof rulesChanged>) {
    await this.rules.reach(revision);
    await this.filters.push();
    // What waits of a rule that is enabled again need not wait any longer.
    this.inbox.wake();
  }

  @EventPattern(...handles(brokerNodeStarted))
  async brokerNodeStarted(@Payload(new ContractPipe(brokerNodeStarted)) _event: PayloadOf<typeof brokerNodeStarted>) {
    await this.rules.refresh();
    await this.filters.pushAgain();
  }
}
