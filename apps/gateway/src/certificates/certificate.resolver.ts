import { UseFilters } from '@nestjs/common';
import { Args, Mutation, Query, Resolver } from '@nestjs/graphql';
import { createKeysAndCertificate, getCertificate, updateCertificate } from '#thingcore/contracts';
import { RpcClient } from '#thingcore/transport';
import { GraphqlErrorFilter } from '../errors/graphql-error.filter.js';
import { nullWhenMissing } from '../errors/null-when-missing.js';
import { CreateKeysAndCertificateInput, UpdateCertificateInput } from './certificate.input.js';
import { Certificate, KeysAndCertificate, toCertificate, toKeysAndCertificate } from './certificate.type.js';

@Resolver(() => Certificate)
@UseFilters(GraphqlErrorFilter)
export class CertificateResolver {
  constructor(private readonly rpc: RpcClient) {}

  @Query(() => Certificate, { nullable: true, description: 'A certificate; null when there is none of that id.' })
  async certificate(
    @Args('certificateId', { type: () => String, description: 'The id of the certificate.' }) certificateId: string,
  ): Promise<Certificate | null> {
    const certificate = await nullWhenMissing(this.rpc.call(getCertificate, { certificateId }));
    return certificate === null ? null : toCertificate(certificate);
  }

  @Mutation(() => KeysAndCertificate, {
    description: 'Makes a key pair and its certificate. The private key is in the answer and nowhere else.',
  })
  async createKeysAndCertificate(
    @Args('input', { type: () => CreateKeysAndCertificateInput, description: 'The certificate to make.' })
    { setAsActive, keyType }: CreateKeysAndCertificateInput,
  ): Promise<KeysAndCertificate> {
    return toKeysAndCertificate(await this.rpc.call(createKeysAndCertificate, { setAsActive, keyType }));
  }

  @Mutation(() => Certificate, {
    description: 'Sets the status of a certificate. Live connections that use it follow at once; REVOKED is final.',
  })
  async updateCertificate(
    @Args('input', { type: () => UpdateCertificateInput, description: 'The certificate and its new status.' })
    { certificateId, newStatus }: UpdateCertificateInput,
  ): Promise<Certificate> {
    return toCertificate(await this.rpc.call(updateCertificate, { certificateId, newStatus }));
  }
}
