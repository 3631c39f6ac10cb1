import { Controller } from '@nestjs/common';
import { EventPattern, MessagePattern, Payload } from '@nestjs/microservices';
import {
  type ParsedRequestOf,
  type PayloadOf,
  replayRule,
  ruleTraceChanged,
  testRule,
  traceRule,
} from '#thingcore/contracts';
import { Clock } from '#thingcore/platform';
import { ContractPipe, EventBus, handles } from '#thingcore/transport';
import { RuleService } from '../topic-rules/rule.service.js';
import { RuleReplay } from './rule-replay.js';
import { RuleTester } from './rule-tester.js';
import { RuleTraces } from './rule-traces.js';

@Controller()
export class TrialController {
  constructor(
    private readonly tester: RuleTester,
    private readonly replays: RuleReplay,
    private readonly traces: RuleTraces,
    private readonly rules: RuleService,
    private readonly events: EventBus,
    private readonly clock: Clock,
  ) {}

  @MessagePattern(testRule.pattern)
  test(@Payload(new ContractPipe(testRule)) request: ParsedRequestOf<typeof testRule>) {
    return this.tester.test(request);
  }

  @MessagePattern(replayRule.pattern)
  replay(@Payload(new ContractPipe(replayRule)) request: ParsedRequestOf<typeof replayRule>) {
    return this.replays.replay(request);
  }

  /** Every replica samples: messages of a rule go through all of them. */
  @MessagePattern(traceRule.pattern)
  async trace(@Payload(new ContractPipe(traceRule)) request: ParsedRequestOf<typeof traceRule>) {
    const { traceId, ruleName, leaseMs } = request;
    if (leaseMs > 0) await this.rules.get(ruleName);
    const change = { traceId, ruleName, expiresAt: this.clock.now() + leaseMs };
    this.traces.apply(change);
    await this.events.publish(ruleTraceChanged, change);
    return {};
  }

  @EventPattern(...handles(ruleTraceChanged))
  traceChanged(@Payload(new ContractPipe(ruleTraceChanged)) change: PayloadOf<typeof ruleTraceChanged>) {
    this.traces.apply(change);
  }
}
