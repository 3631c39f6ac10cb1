import { Controller } from '@nestjs/common';
import { MessagePattern, Payload } from '@nestjs/microservices';
import { type ParsedRequestOf, presentCertificate } from '#thingcore/contracts';
import { ContractPipe } from '#thingcore/transport';
import { PresentationService } from './presentation.service.js';

@Controller()
export class ProvisioningController {
  constructor(private readonly presentations: PresentationService) {}

  @MessagePattern(presentCertificate.pattern)
  present(@Payload(new ContractPipe(presentCertificate)) request: ParsedRequestOf<typeof presentCertificate>) {
    return this.presentations.present(request);
  }
}
