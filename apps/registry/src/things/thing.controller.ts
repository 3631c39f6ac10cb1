import { Controller } from '@nestjs/common';
import { MessagePattern, Payload } from '@nestjs/microservices';
import {
  attachThingPrincipal,
  createThing,
  detachThingPrincipal,
  getThings,
  listThings,
  type ParsedRequestOf,
} from '#thingcore/contracts';
import { ContractPipe } from '#thingcore/transport';
import { certificateIdOf } from '../certificates/certificate-reference.js';
import { ThingService } from './thing.service.js';

@Controller()
export class ThingController {
  constructor(private readonly things: ThingService) {}

  @MessagePattern(createThing.pattern)
  create(@Payload(new ContractPipe(createThing)) request: ParsedRequestOf<typeof createThing>) {
    return this.things.create(request);
  }

  @MessagePattern(getThings.pattern)
  async getMany(@Payload(new ContractPipe(getThings)) request: ParsedRequestOf<typeof getThings>) {
    return { things: await this.things.getMany(request.thingNames) };
  }

  @MessagePattern(listThings.pattern)
  list(@Payload(new ContractPipe(listThings)) request: ParsedRequestOf<typeof listThings>) {
    return this.things.list(request);
  }

  @MessagePattern(attachThingPrincipal.pattern)
  async attachPrincipal(
    @Payload(new ContractPipe(attachThingPrincipal)) request: ParsedRequestOf<typeof attachThingPrincipal>,
  ) {
    await this.things.attachPrincipal(request.thingName, certificateIdOf(request.principal));
    return {};
  }

  @MessagePattern(detachThingPrincipal.pattern)
  async detachPrincipal(
    @Payload(new ContractPipe(detachThingPrincipal)) request: ParsedRequestOf<typeof detachThingPrincipal>,
  ) {
    await this.things.detachPrincipal(request.thingName, certificateIdOf(request.principal));
    return {};
  }
}
