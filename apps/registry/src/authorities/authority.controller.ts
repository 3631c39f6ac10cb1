import { Controller } from '@nestjs/common';
import { EventPattern, MessagePattern, Payload } from '@nestjs/microservices';
import {
  authorityChanged,
  getAuthority,
  issueServerCertificate,
  listAuthorities,
  type ParsedRequestOf,
  retireAuthority,
  rotateAuthority,
} from '#thingcore/contracts';
import { Clock } from '#thingcore/platform';
import { ContractPipe, handles } from '#thingcore/transport';
import { AuthorityFile } from './authority-file.js';
import { AuthoritySigner } from './authority-signer.js';
import { AuthorityService } from './authority.service.js';

@Controller()
export class AuthorityController {
  constructor(
    private readonly authorities: AuthorityService,
    private readonly signer: AuthoritySigner,
    private readonly file: AuthorityFile,
    private readonly clock: Clock,
  ) {}

  @MessagePattern(issueServerCertificate.pattern)
  issueServerCertificate(
    @Payload(new ContractPipe(issueServerCertificate)) request: ParsedRequestOf<typeof issueServerCertificate>,
  ) {
    return this.signer.issueServerCertificate(request, new Date(this.clock.now()));
  }

  @MessagePattern(getAuthority.pattern)
  async get(@Payload(new ContractPipe(getAuthority)) _request: ParsedRequestOf<typeof getAuthority>) {
    return { authorityPem: await this.authorities.bundle() };
  }

  @MessagePattern(listAuthorities.pattern)
  async list(@Payload(new ContractPipe(listAuthorities)) _request: ParsedRequestOf<typeof listAuthorities>) {
    return { authorities: await this.authorities.list() };
  }

  @MessagePattern(rotateAuthority.pattern)
  rotate(@Payload(new ContractPipe(rotateAuthority)) _request: ParsedRequestOf<typeof rotateAuthority>) {
    return this.authorities.rotate();
  }

  @MessagePattern(retireAuthority.pattern)
  retire(@Payload(new ContractPipe(retireAuthority)) request: ParsedRequestOf<typeof retireAuthority>) {
    return this.authorities.retire(request.authorityId);
  }

  /** Another replica changed the authorities: this one's file follows. */
  @EventPattern(...handles(authorityChanged))
  authorityChanged(@Payload(new ContractPipe(authorityChanged)) _event: unknown) {
    return this.file.refresh();
  }
}
