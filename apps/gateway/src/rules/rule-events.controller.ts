import { Controller } from '@nestjs/common';
import { EventPattern, Payload } from '@nestjs/microservices';
import { type PayloadOf, ruleTraced } from '#thingcore/contracts';
import { ContractPipe, handles } from '#thingcore/transport';
import { RuleTracePool } from './rule-trace-pool.js';

@Controller()
export class RuleEventsController {
  constructor(private readonly traces: RuleTracePool) {}

  @EventPattern(...handles(ruleTraced))
  onTraced(@Payload(new ContractPipe(ruleTraced)) traced: PayloadOf<typeof ruleTraced>): void {
    this.traces.offer(traced);
  }
}
