import { Controller } from '@nestjs/common';
import { MessagePattern, Payload } from '@nestjs/microservices';
import {
  attachPolicy,
  createPolicy,
  deletePolicy,
  detachPolicy,
  getEffectivePolicies,
  getPolicies,
  getPoliciesOfTargets,
  listPolicies,
  listTargetsForPolicy,
  type ParsedRequestOf,
} from '#thingcore/contracts';
import { ContractPipe } from '#thingcore/transport';
import { PolicyReader } from './policy-reader.js';
import { PolicyService } from './policy.service.js';

@Controller()
export class PolicyController {
  constructor(
    private readonly policies: PolicyService,
    private readonly reader: PolicyReader,
  ) {}

  @MessagePattern(createPolicy.pattern)
  create(@Payload(new ContractPipe(createPolicy)) request: ParsedRequestOf<typeof createPolicy>) {
    return this.policies.create(request);
  }

  @MessagePattern(getPolicies.pattern)
  async getMany(@Payload(new ContractPipe(getPolicies)) request: ParsedRequestOf<typeof getPolicies>) {
    return { policies: await this.reader.getMany(request.policyNames) };
  }

  @MessagePattern(listPolicies.pattern)
  list(@Payload(new ContractPipe(listPolicies)) request: ParsedRequestOf<typeof listPolicies>) {
    return this.reader.list(request);
  }

  @MessagePattern(deletePolicy.pattern)
  async delete(@Payload(new ContractPipe(deletePolicy)) request: ParsedRequestOf<typeof deletePolicy>) {
    await this.policies.delete(request.policyName);
    return {};
  }

  @MessagePattern(attachPolicy.pattern)
  async attach(@Payload(new ContractPipe(attachPolicy)) request: ParsedRequestOf<typeof attachPolicy>) {
    await this.policies.attach(request);
    return {};
  }

  @MessagePattern(detachPolicy.pattern)
  async detach(@Payload(new ContractPipe(detachPolicy)) request: ParsedRequestOf<typeof detachPolicy>) {
    await this.policies.detach(request);
    return {};
  }

  @MessagePattern(getPoliciesOfTargets.pattern)
  async ofTargets(
    @Payload(new ContractPipe(getPoliciesOfTargets)) request: ParsedRequestOf<typeof getPoliciesOfTargets>,
  ) {
    return { targets: await this.reader.ofTargets(request.targets, request.recursive) };
  }

  @MessagePattern(listTargetsForPolicy.pattern)
  listTargets(@Payload(new ContractPipe(listTargetsForPolicy)) request: ParsedRequestOf<typeof listTargetsForPolicy>) {
    return this.reader.listTargets(request);
  }

  @MessagePattern(getEffectivePolicies.pattern)
  async effective(
    @Payload(new ContractPipe(getEffectivePolicies)) request: ParsedRequestOf<typeof getEffectivePolicies>,
  ) {
    return { policies: await this.reader.effective(request) };
  }
}
