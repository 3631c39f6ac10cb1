import { Controller } from '@nestjs/common';
import { MessagePattern, Payload } from '@nestjs/microservices';
import {
  createThing,
  deleteThing,
  getThings,
  listThings,
  type ParsedRequestOf,
  updateThing,
} from '#thingcore/contracts';
import { ContractPipe } from '#thingcore/transport';
import { ThingListService } from './thing-list.service.js';
import { ThingService } from './thing.service.js';

@Controller()
export class ThingController {
  constructor(
    private readonly things: ThingService,
    private readonly lists: ThingListService,
  ) {}

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
    return this.lists.list(request);
  }

  @MessagePattern(updateThing.pattern)
  update(@Payload(new ContractPipe(updateThing)) request: ParsedRequestOf<typeof updateThing>) {
    return this.things.update(request);
  }

  @MessagePattern(deleteThing.pattern)
  async delete(@Payload(new ContractPipe(deleteThing)) request: ParsedRequestOf<typeof deleteThing>) {
    return { deleted: await this.things.delete(request) };
  }
}
