import { Controller } from '@nestjs/common';
import { MessagePattern, Payload } from '@nestjs/microservices';
import {
  deleteCaCertificate,
  deleteRegistrationCode,
  getCaCertificate,
  getRegistrationCode,
  listCaCertificates,
  type ParsedRequestOf,
  registerCaCertificate,
  updateCaCertificate,
} from '#thingcore/contracts';
import { ContractPipe } from '#thingcore/transport';
import { CaCertificateService } from './ca-certificate.service.js';
import { CaRegistrationService } from './ca-registration.service.js';
import { RegistrationCodeService } from './registration-code.service.js';

@Controller()
export class CaCertificateController {
  constructor(
    private readonly cas: CaCertificateService,
    private readonly registration: CaRegistrationService,
    private readonly codes: RegistrationCodeService,
  ) {}

  @MessagePattern(getRegistrationCode.pattern)
  async getRegistrationCode(
    @Payload(new ContractPipe(getRegistrationCode)) _request: ParsedRequestOf<typeof getRegistrationCode>,
  ) {
    return { registrationCode: await this.codes.get() };
  }

  @MessagePattern(deleteRegistrationCode.pattern)
  async deleteRegistrationCode(
    @Payload(new ContractPipe(deleteRegistrationCode)) _request: ParsedRequestOf<typeof deleteRegistrationCode>,
  ) {
    await this.codes.delete();
    return {};
  }

  @MessagePattern(registerCaCertificate.pattern)
  register(@Payload(new ContractPipe(registerCaCertificate)) request: ParsedRequestOf<typeof registerCaCertificate>) {
    return this.registration.register(request);
  }

  @MessagePattern(getCaCertificate.pattern)
  get(@Payload(new ContractPipe(getCaCertificate)) request: ParsedRequestOf<typeof getCaCertificate>) {
    return this.cas.get(request.certificateId);
  }

  @MessagePattern(listCaCertificates.pattern)
  list(@Payload(new ContractPipe(listCaCertificates)) request: ParsedRequestOf<typeof listCaCertificates>) {
    return this.cas.list(request);
  }

  @MessagePattern(updateCaCertificate.pattern)
  update(@Payload(new ContractPipe(updateCaCertificate)) request: ParsedRequestOf<typeof updateCaCertificate>) {
    return this.cas.update(request);
  }

  @MessagePattern(deleteCaCertificate.pattern)
  async delete(@Payload(new ContractPipe(deleteCaCertificate)) request: ParsedRequestOf<typeof deleteCaCertificate>) {
    await this.cas.delete(request.certificateId);
    return {};
  }
}
