import { Controller } from '@nestjs/common';
import { MessagePattern, Payload } from '@nestjs/microservices';
import { type ParsedRequestOf, presentCertificate, registerThing } from '#thingcore/contracts';
import { ContractPipe } from '#thingcore/transport';
import { PresentationService } from './presentation.service.js';
import { ThingRegistration } from './thing-registration.js';

@Controller()
export class ProvisioningController {
  constructor(
    private readonly presentations: PresentationService,
    private readonly registration: ThingRegistration,
  ) {}

  @MessagePattern(presentCertificate.pattern)
  present(@Payload(new ContractPipe(presentCertificate)) request: ParsedRequestOf<typeof presentCertificate>) {
    return this.presentations.present(request);
  }

  @MessagePattern(registerThing.pattern)
  register(@Payload(new ContractPipe(registerThing)) request: ParsedRequestOf<typeof registerThing>) {
    return this.registration.register(request);
  }
}
