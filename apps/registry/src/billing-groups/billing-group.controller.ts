import { Controller } from '@nestjs/common';
import { MessagePattern, Payload } from '@nestjs/microservices';
import {
  addThingToBillingGroup,
  createBillingGroup,
  deleteBillingGroup,
  getBillingGroups,
  listBillingGroups,
  type ParsedRequestOf,
  removeThingFromBillingGroup,
  updateBillingGroup,
} from '#thingcore/contracts';
import { ContractPipe } from '#thingcore/transport';
import { BillingGroupService } from './billing-group.service.js';

@Controller()
export class BillingGroupController {
  constructor(private readonly groups: BillingGroupService) {}

  @MessagePattern(createBillingGroup.pattern)
  create(@Payload(new ContractPipe(createBillingGroup)) request: ParsedRequestOf<typeof createBillingGroup>) {
    return this.groups.create(request);
  }

  @MessagePattern(getBillingGroups.pattern)
  async getMany(@Payload(new ContractPipe(getBillingGroups)) request: ParsedRequestOf<typeof getBillingGroups>) {
    return { billingGroups: await this.groups.getMany(request.billingGroupNames) };
  }

  @MessagePattern(listBillingGroups.pattern)
  list(@Payload(new ContractPipe(listBillingGroups)) request: ParsedRequestOf<typeof listBillingGroups>) {
    return this.groups.list(request);
  }

  @MessagePattern(updateBillingGroup.pattern)
  update(@Payload(new ContractPipe(updateBillingGroup)) request: ParsedRequestOf<typeof updateBillingGroup>) {
    return this.groups.update(request);
  }

  @MessagePattern(deleteBillingGroup.pattern)
  async delete(@Payload(new ContractPipe(deleteBillingGroup)) request: ParsedRequestOf<typeof deleteBillingGroup>) {
    return { deleted: await this.groups.delete(request) };
  }

  @MessagePattern(addThingToBillingGroup.pattern)
  async addThing(
    @Payload(new ContractPipe(addThingToBillingGroup)) request: ParsedRequestOf<typeof addThingToBillingGroup>,
  ) {
    await this.groups.addThing(request);
    return {};
  }

  @MessagePattern(removeThingFromBillingGroup.pattern)
  async removeThing(
    @Payload(new ContractPipe(removeThingFromBillingGroup))
    request: ParsedRequestOf<typeof removeThingFromBillingGroup>,
  ) {
    await this.groups.removeThing(request);
    return {};
  }
}
