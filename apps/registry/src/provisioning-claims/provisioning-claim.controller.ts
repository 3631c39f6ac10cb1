import { Controller } from '@nestjs/common';
import { MessagePattern, Payload } from '@nestjs/microservices';
import { createProvisioningClaim, type ParsedRequestOf } from '#thingcore/contracts';
import { ContractPipe } from '#thingcore/transport';
import { ProvisioningClaimService } from './provisioning-claim.service.js';

@Controller()
export class ProvisioningClaimController {
  constructor(private readonly claims: ProvisioningClaimService) {}

  @MessagePattern(createProvisioningClaim.pattern)
  create(@Payload(new ContractPipe(createProvisioningClaim)) request: ParsedRequestOf<typeof createProvisioningClaim>) {
    return this.claims.create(request.templateName);
  }
}
