import { Controller } from '@nestjs/common';
import { MessagePattern, Payload } from '@nestjs/microservices';
import {
  createCertificateFromCsr,
  createKeysAndCertificate,
  deleteCertificate,
  getCertificates,
  listCertificates,
  type ParsedRequestOf,
  registerCertificate,
  registerCertificateWithoutCa,
  updateCertificate,
} from '#thingcore/contracts';
import { ContractPipe } from '#thingcore/transport';
import { CertificateIssuerService } from './certificate-issuer.service.js';
import { CertificateRegistrationService } from './certificate-registration.service.js';
import { CertificateService } from './certificate.service.js';

@Controller()
export class CertificateController {
  constructor(
    private readonly certificates: CertificateService,
    private readonly issuer: CertificateIssuerService,
    private readonly registration: CertificateRegistrationService,
  ) {}

  @MessagePattern(createKeysAndCertificate.pattern)
  createKeysAndCertificate(
    @Payload(new ContractPipe(createKeysAndCertificate)) request: ParsedRequestOf<typeof createKeysAndCertificate>,
  ) {
    return this.issuer.createKeysAndCertificate(request);
  }

  @MessagePattern(createCertificateFromCsr.pattern)
  createFromCsr(
    @Payload(new ContractPipe(createCertificateFromCsr)) request: ParsedRequestOf<typeof createCertificateFromCsr>,
  ) {
    return this.issuer.createFromCsr(request);
  }

  @MessagePattern(registerCertificate.pattern)
  register(@Payload(new ContractPipe(registerCertificate)) request: ParsedRequestOf<typeof registerCertificate>) {
    return this.registration.register(request);
  }

  @MessagePattern(registerCertificateWithoutCa.pattern)
  registerWithoutCa(
    @Payload(new ContractPipe(registerCertificateWithoutCa))
    request: ParsedRequestOf<typeof registerCertificateWithoutCa>,
  ) {
    return this.registration.registerWithoutCa(request);
  }

  @MessagePattern(getCertificates.pattern)
  async getMany(@Payload(new ContractPipe(getCertificates)) request: ParsedRequestOf<typeof getCertificates>) {
    return { certificates: await this.certificates.getMany(request.certificateIds) };
  }

  @MessagePattern(listCertificates.pattern)
  list(@Payload(new ContractPipe(listCertificates)) request: ParsedRequestOf<typeof listCertificates>) {
    return this.certificates.list(request);
  }

  @MessagePattern(updateCertificate.pattern)
  update(@Payload(new ContractPipe(updateCertificate)) request: ParsedRequestOf<typeof updateCertificate>) {
    return this.certificates.updateStatus(request);
  }

  @MessagePattern(deleteCertificate.pattern)
  async delete(@Payload(new ContractPipe(deleteCertificate)) request: ParsedRequestOf<typeof deleteCertificate>) {
    await this.certificates.delete(request);
    return {};
  }
}
