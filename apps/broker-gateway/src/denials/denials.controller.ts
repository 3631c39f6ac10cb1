import { Controller } from '@nestjs/common';
import { MessagePattern, Payload } from '@nestjs/microservices';
import { getDenials, listDenials, listDenialsAfter, type ParsedRequestOf } from '#thingcore/contracts';
import { ContractPipe } from '#thingcore/transport';
import { BrokerState } from '../state/broker-state.js';

/** Answers "why was I denied?". */
@Controller()
export class DenialsController {
  constructor(private readonly state: BrokerState) {}

  @MessagePattern(listDenials.pattern)
  async list(@Payload(new ContractPipe(listDenials)) { last, before, ...filter }: ParsedRequestOf<typeof listDenials>) {
    // One more than asked for tells whether there is another page.
    const found = await this.state.denials.list(filter, last + 1, before);
    const page = found.slice(0, last);
    return {
      denials: page.map(({ denial }) => denial),
      cursors: page.map(({ cursor }) => cursor),
      hasMore: found.length > last,
    };
  }

  @MessagePattern(listDenialsAfter.pattern)
  listAfter(
    @Payload(new ContractPipe(listDenialsAfter))
    { after, limit, ...filter }: ParsedRequestOf<typeof listDenialsAfter>,
  ) {
    return this.state.denials.listAfter(filter, after, limit);
  }

  @MessagePattern(getDenials.pattern)
  async getMany(@Payload(new ContractPipe(getDenials)) { denialIds }: ParsedRequestOf<typeof getDenials>) {
    return { denials: await this.state.denials.getMany(denialIds) };
  }
}
