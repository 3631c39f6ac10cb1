import { Controller } from '@nestjs/common';
import { MessagePattern, Payload } from '@nestjs/microservices';
import {
  createFleetCertificateFromCsr,
  createFleetKeysAndCertificate,
  type ParsedRequestOf,
  registerFleetThing,
} from '#thingcore/contracts';
import { ContractPipe } from '#thingcore/transport';
import { FleetCertificates } from './fleet-certificates.js';
import { FleetRegistration } from './fleet-registration.js';

@Controller()
export class FleetProvisioningController {
  constructor(
    private readonly certificates: FleetCertificates,
    private readonly registration: FleetRegistration,
  ) {}

  @MessagePattern(createFleetKeysAndCertificate.pattern)
  createKeysAndCertificate(
    @Payload(new ContractPipe(createFleetKeysAndCertificate))
    request: ParsedRequestOf<typeof createFleetKeysAndCertificate>,
  ) {
    return this.certificates.createKeysAndCertificate(request);
  }

  @MessagePattern(createFleetCertificateFromCsr.pattern)
  createFromCsr(
    @Payload(new ContractPipe(createFleetCertificateFromCsr))
    request: ParsedRequestOf<typeof createFleetCertificateFromCsr>,
  ) {
    return this.certificates.createFromCsr(request);
  }

  @MessagePattern(registerFleetThing.pattern)
  register(@Payload(new ContractPipe(registerFleetThing)) request: ParsedRequestOf<typeof registerFleetThing>) {
    return this.registration.register(request);
  }
}
