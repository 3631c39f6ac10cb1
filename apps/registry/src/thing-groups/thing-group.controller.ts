import { Controller } from '@nestjs/common';
import { MessagePattern, Payload } from '@nestjs/microservices';
import {
  createThingGroup,
  deleteThingGroup,
  getGroupsOfThings,
  getThingGroups,
  listThingGroups,
  type ParsedRequestOf,
  updateThingGroup,
  updateThingGroupsForThing,
} from '#thingcore/contracts';
import { ContractPipe } from '#thingcore/transport';
import { ThingGroupMembershipService } from './thing-group-membership.service.js';
import { ThingGroupService } from './thing-group.service.js';

@Controller()
export class ThingGroupController {
  constructor(
    private readonly groups: ThingGroupService,
    private readonly memberships: ThingGroupMembershipService,
  ) {}

  @MessagePattern(createThingGroup.pattern)
  create(@Payload(new ContractPipe(createThingGroup)) request: ParsedRequestOf<typeof createThingGroup>) {
    return this.groups.create(request);
  }

  @MessagePattern(getThingGroups.pattern)
  async getMany(@Payload(new ContractPipe(getThingGroups)) request: ParsedRequestOf<typeof getThingGroups>) {
    return { thingGroups: await this.groups.getMany(request.thingGroupNames) };
  }

  @MessagePattern(listThingGroups.pattern)
  list(@Payload(new ContractPipe(listThingGroups)) request: ParsedRequestOf<typeof listThingGroups>) {
    return this.groups.list(request);
  }

  @MessagePattern(updateThingGroup.pattern)
  update(@Payload(new ContractPipe(updateThingGroup)) request: ParsedRequestOf<typeof updateThingGroup>) {
    return this.groups.update(request);
  }

  @MessagePattern(deleteThingGroup.pattern)
  async delete(@Payload(new ContractPipe(deleteThingGroup)) request: ParsedRequestOf<typeof deleteThingGroup>) {
    return { deleted: await this.groups.delete(request) };
  }

  @MessagePattern(updateThingGroupsForThing.pattern)
  async updateForThing(
    @Payload(new ContractPipe(updateThingGroupsForThing)) request: ParsedRequestOf<typeof updateThingGroupsForThing>,
  ) {
    await this.memberships.update(request);
    return {};
  }

  @MessagePattern(getGroupsOfThings.pattern)
  async ofThings(@Payload(new ContractPipe(getGroupsOfThings)) request: ParsedRequestOf<typeof getGroupsOfThings>) {
    return { things: await this.memberships.ofThings(request.thingNames) };
  }
}
