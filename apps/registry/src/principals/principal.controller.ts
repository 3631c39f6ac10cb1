import { Controller } from '@nestjs/common';
import { MessagePattern, Payload } from '@nestjs/microservices';
import { type ParsedRequestOf, resolvePrincipals } from '#thingcore/contracts';
import { ContractPipe } from '#thingcore/transport';
import { PrincipalResolver } from './principal-resolver.js';

@Controller()
export class PrincipalController {
  constructor(private readonly principals: PrincipalResolver) {}

  @MessagePattern(resolvePrincipals.pattern)
  async resolve(@Payload(new ContractPipe(resolvePrincipals)) request: ParsedRequestOf<typeof resolvePrincipals>) {
    return { principals: await this.principals.resolve(request.connections) };
  }
}
