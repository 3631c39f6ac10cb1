import { Controller } from '@nestjs/common';
import { MessagePattern, Payload } from '@nestjs/microservices';
import { attachPolicy, createPolicy, detachPolicy, getPolicy, type ParsedRequestOf } from '#thingcore/contracts';
import { ContractPipe } from '#thingcore/transport';
import { certificateIdOf } from '../certificates/certificate-reference.js';
import { PolicyService } from './policy.service.js';

@Controller()
export class PolicyController {
  constructor(private readonly policies: PolicyService) {}

  @MessagePattern(createPolicy.pattern)
  create(@Payload(new ContractPipe(createPolicy)) request: ParsedRequestOf<typeof createPolicy>) {
    return this.policies.create(request);
  }

  @MessagePattern(getPolicy.pattern)
  get(@Payload(new ContractPipe(getPolicy)) request: ParsedRequestOf<typeof getPolicy>) {
    return this.policies.get(request.policyName);
  }

  @MessagePattern(attachPolicy.pattern)
  async attach(@Payload(new ContractPipe(attachPolicy)) request: ParsedRequestOf<typeof attachPolicy>) {
    await this.policies.attach(request.policyName, certificateIdOf(request.target));
    return {};
  }

  @MessagePattern(detachPolicy.pattern)
  async detach(@Payload(new ContractPipe(detachPolicy)) request: ParsedRequestOf<typeof detachPolicy>) {
    await this.policies.detach(request.policyName, certificateIdOf(request.target));
    return {};
  }
}
