import { Controller } from '@nestjs/common';
import { MessagePattern, Payload } from '@nestjs/microservices';
import { getShadowHistories, getShadowsAsOf, listShadowChangesAfter, type ParsedRequestOf } from '#thingcore/contracts';
import { ContractPipe } from '#thingcore/transport';
import { ChangesAfter } from './changes-after.js';
import { HistoryService } from './history.service.js';

@Controller()
export class HistoryController {
  constructor(
    private readonly history: HistoryService,
    private readonly changesAfter: ChangesAfter,
  ) {}

  @MessagePattern(listShadowChangesAfter.pattern)
  list(@Payload(new ContractPipe(listShadowChangesAfter)) request: ParsedRequestOf<typeof listShadowChangesAfter>) {
    return this.changesAfter.list(request);
  }

  @MessagePattern(getShadowHistories.pattern)
  async histories(@Payload(new ContractPipe(getShadowHistories)) request: ParsedRequestOf<typeof getShadowHistories>) {
    return { histories: await this.history.histories(request) };
  }

  @MessagePattern(getShadowsAsOf.pattern)
  async asOf(@Payload(new ContractPipe(getShadowsAsOf)) request: ParsedRequestOf<typeof getShadowsAsOf>) {
    return { shadows: await this.history.asOf(request.thingNames, request.shadowName, request.time) };
  }
}
