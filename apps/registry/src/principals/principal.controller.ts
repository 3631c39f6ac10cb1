import { Controller } from '@nestjs/common';
import { MessagePattern, Payload } from '@nestjs/microservices';
import { type ParsedRequestOf, resolvePrincipal } from '#thingcore/contracts';
import { ContractPipe } from '#thingcore/transport';
import { PrincipalService } from './principal.service.js';

@Controller()
export class PrincipalController {
  constructor(private readonly principals: PrincipalService) {}

  @MessagePattern(resolvePrincipal.pattern)
  resolve(@Payload(new ContractPipe(resolvePrincipal)) request: ParsedRequestOf<typeof resolvePrincipal>) {
    return this.principals.resolve(request.certificateId);
  }
}
