import { Controller } from '@nestjs/common';
import { MessagePattern, Payload } from '@nestjs/microservices';
import { getDenials, listDenials, type ParsedRequestOf } from '#thingcore/contracts';
import { ContractPipe } from '#thingcore/transport';
import { BrokerState } from '../state/broker-state.js';

/** Answers "why was I denied?". */
@Controller()
export class DenialsController {
  constructor(private readonly state: BrokerState) {}

  @MessagePattern(listDenials.pattern)
  async list(@Payload(new ContractPipe(listDenials)) { last, ...filter }: ParsedRequestOf<typeof listDenials>) {
    return { denials: await this.state.denials.list(filter, last) };
  }

  @MessagePattern(getDenials.pattern)
  async getMany(@Payload(new ContractPipe(getDenials)) { denialIds }: ParsedRequestOf<typeof getDenials>) {
    return { denials: await this.state.denials.getMany(denialIds) };
  }
}
