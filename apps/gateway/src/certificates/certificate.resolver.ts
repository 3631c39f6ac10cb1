import { UseFilters } from '@nestjs/common';
import { Args, Context, ID, Query, Resolver } from '@nestjs/graphql';
import {
  createCertificateFromCsr,
  createKeysAndCertificate,
  deleteCertificate,
  listCertificates,
  registerCertificate,
  registerCertificateWithoutCa,
  updateCertificate,
} from '#thingcore/contracts';
import { RpcClient } from '#thingcore/transport';
import { inTermsOf } from '../errors/field-names.js';
import { GraphqlErrorFilter } from '../errors/graphql-error.filter.js';
import { FactsMutation, ObjectMutation } from '../mutations/payload-mutation.js';
import type { GatewayContext } from '../requests/gateway-context.js';
import { checkCertificateId } from './certificate-id.js';
import {
  CertificatesArgs,
  LIST_CERTIFICATES_FIELDS,
  toListCertificatesRequest,
  certificateOrderOf,
} from './certificate.args.js';
import {
  CreateCertificateFromCsrInput,
  CreateKeysAndCertificateInput,
  DeleteCertificateInput,
  RegisterCertificateInput,
  RegisterCertificateWithoutCaInput,
  UpdateCertificateInput,
} from './certificate.input.js';
import {
  Certificate,
  CertificateConnection,
  DeletedCertificate,
  KeysAndCertificate,
  SignedCertificate,
  toCertificate,
  toCertificateConnection,
  toKeysAndCertificate,
  toSignedCertificate,
} from './certificate.type.js';

@Resolver(() => Certificate)
@UseFilters(GraphqlErrorFilter)
export class CertificateResolver {
  constructor(private readonly rpc: RpcClient) {}

  @Query(() => Certificate, { nullable: true, description: 'A certificate; null when there is none of that id.' })
  async certificate(
    @Args('id', { type: () => ID, description: 'The id of the certificate.' }) id: string,
    @Context() { loaders }: GatewayContext,
  ): Promise<Certificate | null> {
    checkCertificateId(id, 'id');
    const certificate = await loaders.certificates.load(id);
    return certificate === undefined ? null : toCertificate(certificate);
  }

  @Query(() => CertificateConnection, { description: 'Certificates, the newest first if no other order is asked for.' })
  async certificates(@Args() args: CertificatesArgs): Promise<CertificateConnection> {
    const request = toListCertificatesRequest(args);
    const page = await inTermsOf(LIST_CERTIFICATES_FIELDS, this.rpc.call(listCertificates, request));
    return toCertificateConnection(page, { ...args, by: certificateOrderOf(args.orderBy) });
  }

  @FactsMutation(KeysAndCertificate, {
    description: 'Makes a key pair and its certificate. The private key is in the answer and nowhere else.',
  })
  async createKeysAndCertificate(
    @Args('input', { type: () => CreateKeysAndCertificateInput, description: 'The certificate to make.' })
    { setAsActive, keyType }: CreateKeysAndCertificateInput,
  ): Promise<KeysAndCertificate> {
    return toKeysAndCertificate(await this.rpc.call(createKeysAndCertificate, { setAsActive, keyType }));
  }

  @FactsMutation(SignedCertificate, {
    description:
      'Signs the certificate of a device that keeps its private key to itself. The same request twice makes two certificates.',
  })
  async createCertificateFromCsr(
    @Args('input', { type: () => CreateCertificateFromCsrInput, description: 'The certificate to sign.' })
    { certificateSigningRequest, setAsActive }: CreateCertificateFromCsrInput,
  ): Promise<SignedCertificate> {
    const request = { certificateSigningRequest, setAsActive };
    return toSignedCertificate(await this.rpc.call(createCertificateFromCsr, request));
  }

  @ObjectMutation('certificate', () => Certificate, {
    description:
      'Registers a certificate that a registered, active CA of the operator has signed. One that is registered already is the error ResourceAlreadyExists.',
  })
  async registerCertificate(
    @Args('input', { type: () => RegisterCertificateInput, description: 'The certificate to register.' })
    { certificatePem, caCertificatePem, status }: RegisterCertificateInput,
  ): Promise<Certificate> {
    const request = { certificatePem, caCertificatePem: caCertificatePem ?? undefined, status };
    return toCertificate(await this.rpc.call(registerCertificate, request));
  }

  @ObjectMutation('certificate', () => Certificate, {
    description:
      'Registers a certificate, whoever signed it. One that is registered already is the error ResourceAlreadyExists.',
  })
  async registerCertificateWithoutCa(
    @Args('input', { type: () => RegisterCertificateWithoutCaInput, description: 'The certificate to register.' })
    { certificatePem, status }: RegisterCertificateWithoutCaInput,
  ): Promise<Certificate> {
    return toCertificate(await this.rpc.call(registerCertificateWithoutCa, { certificatePem, status }));
  }

  @ObjectMutation('certificate', () => Certificate, {
    description: 'Sets the status of a certificate. Live connections that use it follow at once; REVOKED is final.',
  })
  async updateCertificate(
    @Args('input', { type: () => UpdateCertificateInput, description: 'The certificate and its new status.' })
    { certificateId, newStatus }: UpdateCertificateInput,
  ): Promise<Certificate> {
    return toCertificate(await this.rpc.call(updateCertificate, { certificateId, newStatus }));
  }

  @FactsMutation(DeletedCertificate, {
    description:
      'Deletes a certificate. One that is active is the error CertificateState, one with things or policies DeleteConflict.',
  })
  async deleteCertificate(
    @Args('input', { type: () => DeleteCertificateInput, description: 'The certificate to delete.' })
    { certificateId, forceDelete }: DeleteCertificateInput,
  ): Promise<DeletedCertificate> {
    await this.rpc.call(deleteCertificate, { certificateId, forceDelete });
    return { id: certificateId };
  }
}
