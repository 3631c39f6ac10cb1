import { Controller } from '@nestjs/common';
import { MessagePattern, Payload } from '@nestjs/microservices';
import {
  createKeysAndCertificate,
  getAuthority,
  getCertificate,
  issueServerCertificate,
  type ParsedRequestOf,
  updateCertificate,
} from '#thingcore/contracts';
import { Clock } from '#thingcore/platform';
import { ContractPipe } from '#thingcore/transport';
import { Authority } from './authority.js';
import { CertificateService } from './certificate.service.js';

@Controller()
export class CertificateController {
  constructor(
    private readonly certificates: CertificateService,
    private readonly authority: Authority,
    private readonly clock: Clock,
  ) {}

  @MessagePattern(createKeysAndCertificate.pattern)
  createKeysAndCertificate(
    @Payload(new ContractPipe(createKeysAndCertificate)) request: ParsedRequestOf<typeof createKeysAndCertificate>,
  ) {
    return this.certificates.createKeysAndCertificate(request);
  }

  @MessagePattern(getCertificate.pattern)
  get(@Payload(new ContractPipe(getCertificate)) request: ParsedRequestOf<typeof getCertificate>) {
    return this.certificates.get(request.certificateId);
  }

  @MessagePattern(updateCertificate.pattern)
  update(@Payload(new ContractPipe(updateCertificate)) request: ParsedRequestOf<typeof updateCertificate>) {
    return this.certificates.updateStatus(request.certificateId, request.newStatus);
  }

  @MessagePattern(issueServerCertificate.pattern)
  async issueServerCertificate(
    @Payload(new ContractPipe(issueServerCertificate)) request: ParsedRequestOf<typeof issueServerCertificate>,
  ) {
    const certificatePem = await this.authority.issueServerCertificate(request, new Date(this.clock.now()));
    return { certificatePem, authorityPem: this.authority.certificatePem };
  }

  @MessagePattern(getAuthority.pattern)
  getAuthority(@Payload(new ContractPipe(getAuthority)) _request: ParsedRequestOf<typeof getAuthority>) {
    return { authorityPem: this.authority.certificatePem };
  }
}
