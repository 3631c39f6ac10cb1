import { Controller } from '@nestjs/common';
import { MessagePattern, Payload } from '@nestjs/microservices';
import { getRuleMetrics, type ParsedRequestOf } from '#thingcore/contracts';
import { ContractPipe } from '#thingcore/transport';
import { RuleMetricsService } from './rule-metrics.service.js';

@Controller()
export class RuleMetricsController {
  constructor(private readonly service: RuleMetricsService) {}

  @MessagePattern(getRuleMetrics.pattern)
  async get(@Payload(new ContractPipe(getRuleMetrics)) { ruleNames }: ParsedRequestOf<typeof getRuleMetrics>) {
    return { metrics: await this.service.get(ruleNames) };
  }
}
