import { Controller } from '@nestjs/common';
import { MessagePattern, Payload } from '@nestjs/microservices';
import {
  createThingType,
  deleteThingType,
  deprecateThingType,
  getThingTypes,
  listThingTypes,
  type ParsedRequestOf,
  updateThingType,
} from '#thingcore/contracts';
import { ContractPipe } from '#thingcore/transport';
import { ThingTypeService } from './thing-type.service.js';

@Controller()
export class ThingTypeController {
  constructor(private readonly types: ThingTypeService) {}

  @MessagePattern(createThingType.pattern)
  create(@Payload(new ContractPipe(createThingType)) request: ParsedRequestOf<typeof createThingType>) {
    return this.types.create(request);
  }

  @MessagePattern(getThingTypes.pattern)
  async getMany(@Payload(new ContractPipe(getThingTypes)) request: ParsedRequestOf<typeof getThingTypes>) {
    return { thingTypes: await this.types.getMany(request.thingTypeNames) };
  }

  @MessagePattern(listThingTypes.pattern)
  list(@Payload(new ContractPipe(listThingTypes)) request: ParsedRequestOf<typeof listThingTypes>) {
    return this.types.list(request);
  }

  @MessagePattern(updateThingType.pattern)
  update(@Payload(new ContractPipe(updateThingType)) request: ParsedRequestOf<typeof updateThingType>) {
    return this.types.update(request);
  }

  @MessagePattern(deprecateThingType.pattern)
  deprecate(@Payload(new ContractPipe(deprecateThingType)) request: ParsedRequestOf<typeof deprecateThingType>) {
    return this.types.deprecate(request);
  }

  @MessagePattern(deleteThingType.pattern)
  async delete(@Payload(new ContractPipe(deleteThingType)) request: ParsedRequestOf<typeof deleteThingType>) {
    await this.types.delete(request.thingTypeName);
    return {};
  }
}
