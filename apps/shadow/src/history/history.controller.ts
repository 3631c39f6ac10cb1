import { Controller } from '@nestjs/common';
import { MessagePattern, Payload } from '@nestjs/microservices';
import { getShadowHistories, getShadowsAsOf, type ParsedRequestOf } from '#thingcore/contracts';
import { ContractPipe } from '#thingcore/transport';
import { HistoryService } from './history.service.js';

@Controller()
export class HistoryController {
  constructor(private readonly history: HistoryService) {}

  @MessagePattern(getShadowHistories.pattern)
  async histories(@Payload(new ContractPipe(getShadowHistories)) request: ParsedRequestOf<typeof getShadowHistories>) {
    return { histories: await this.history.histories(request) };
  }

  @MessagePattern(getShadowsAsOf.pattern)
  async asOf(@Payload(new ContractPipe(getShadowsAsOf)) request: ParsedRequestOf<typeof getShadowsAsOf>) {
    return { shadows: await this.history.asOf(request.thingNames, request.shadowName, request.time) };
  }
}
