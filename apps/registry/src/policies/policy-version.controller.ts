import { Controller } from '@nestjs/common';
import { MessagePattern, Payload } from '@nestjs/microservices';
import {
  createPolicyVersion,
  deletePolicyVersion,
  listPolicyVersions,
  type ParsedRequestOf,
  setDefaultPolicyVersion,
} from '#thingcore/contracts';
import { ContractPipe } from '#thingcore/transport';
import { PolicyVersionService } from './policy-version.service.js';

@Controller()
export class PolicyVersionController {
  constructor(private readonly versions: PolicyVersionService) {}

  @MessagePattern(createPolicyVersion.pattern)
  create(@Payload(new ContractPipe(createPolicyVersion)) request: ParsedRequestOf<typeof createPolicyVersion>) {
    return this.versions.create(request);
  }

  @MessagePattern(listPolicyVersions.pattern)
  async list(@Payload(new ContractPipe(listPolicyVersions)) request: ParsedRequestOf<typeof listPolicyVersions>) {
    return { versions: await this.versions.list(request.policyName) };
  }

  @MessagePattern(setDefaultPolicyVersion.pattern)
  setDefault(
    @Payload(new ContractPipe(setDefaultPolicyVersion)) request: ParsedRequestOf<typeof setDefaultPolicyVersion>,
  ) {
    return this.versions.setDefault(request.policyName, request.policyVersionId);
  }

  @MessagePattern(deletePolicyVersion.pattern)
  async delete(@Payload(new ContractPipe(deletePolicyVersion)) request: ParsedRequestOf<typeof deletePolicyVersion>) {
    await this.versions.delete(request.policyName, request.policyVersionId);
    return {};
  }
}
