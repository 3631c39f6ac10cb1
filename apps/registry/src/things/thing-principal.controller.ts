import { Controller } from '@nestjs/common';
import { MessagePattern, Payload } from '@nestjs/microservices';
import {
  attachThingPrincipal,
  detachThingPrincipal,
  getPrincipalsOfThings,
  listPrincipalThings,
  type ParsedRequestOf,
} from '#thingcore/contracts';
import { ContractPipe } from '#thingcore/transport';
import { certificateIdOf } from '../certificates/certificate-reference.js';
import { ThingPrincipalService } from './thing-principal.service.js';

@Controller()
export class ThingPrincipalController {
  constructor(private readonly principals: ThingPrincipalService) {}

  @MessagePattern(attachThingPrincipal.pattern)
  async attach(@Payload(new ContractPipe(attachThingPrincipal)) request: ParsedRequestOf<typeof attachThingPrincipal>) {
    const { principal, ...thing } = request;
    await this.principals.attachPrincipal(thing, certificateIdOf(principal));
    return {};
  }

  @MessagePattern(detachThingPrincipal.pattern)
  async detach(@Payload(new ContractPipe(detachThingPrincipal)) request: ParsedRequestOf<typeof detachThingPrincipal>) {
    await this.principals.detachPrincipal(request.thingName, certificateIdOf(request.principal));
    return {};
  }

  @MessagePattern(getPrincipalsOfThings.pattern)
  async ofThings(
    @Payload(new ContractPipe(getPrincipalsOfThings)) request: ParsedRequestOf<typeof getPrincipalsOfThings>,
  ) {
    return { things: await this.principals.ofThings(request.thingNames) };
  }

  @MessagePattern(listPrincipalThings.pattern)
  listThings(@Payload(new ContractPipe(listPrincipalThings)) request: ParsedRequestOf<typeof listPrincipalThings>) {
    const { principal, ...wanted } = request;
    return this.principals.listThings(certificateIdOf(principal), wanted);
  }
}
