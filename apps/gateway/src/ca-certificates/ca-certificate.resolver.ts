import { UseFilters } from '@nestjs/common';
import { Args, Context, ID, Parent, Query, ResolveField, Resolver } from '@nestjs/graphql';
import {
  deleteCaCertificate,
  deleteRegistrationCode,
  getRegistrationCode,
  listCaCertificates,
  registerCaCertificate,
  updateCaCertificate,
} from '#thingcore/contracts';
import { RpcClient } from '#thingcore/transport';
import { checkCertificateId } from '../certificates/certificate-id.js';
import {
  CertificateConnection,
  DeletedCertificate,
  toCertificateConnection,
} from '../certificates/certificate.type.js';
import { PAGE_FIELDS } from '../connections/page.args.js';
import { toTwoWayPageRequest } from '../connections/two-way-page.args.js';
import { inTermsOf } from '../errors/field-names.js';
import { GraphqlErrorFilter } from '../errors/graphql-error.filter.js';
import { FactsMutation, ObjectMutation } from '../mutations/payload-mutation.js';
import type { GatewayContext } from '../requests/gateway-context.js';
import { JsonScalar } from '../scalars/json.scalar.js';
import {
  CaCertificatesArgs,
  RegisterCaCertificateInput,
  SignedCertificatesArgs,
  toRegisterCaCertificateRequest,
  toUpdateCaCertificateRequest,
  UpdateCaCertificateInput,
} from './ca-certificate.input.js';
import {
  CaCertificate,
  CaCertificateConnection,
  toCaCertificate,
  toCaCertificateConnection,
  DeletedRegistrationCode,
} from './ca-certificate.type.js';

@Resolver(() => CaCertificate)
@UseFilters(GraphqlErrorFilter)
export class CaCertificateResolver {
  constructor(private readonly rpc: RpcClient) {}

  @Query(() => CaCertificate, { nullable: true, description: 'A CA certificate; null when there is none of that id.' })
  async caCertificate(
    @Args('id', { type: () => ID, description: 'The id of the CA certificate.' }) id: string,
    @Context() { loaders }: GatewayContext,
  ): Promise<CaCertificate | null> {
    checkCertificateId(id, 'id');
    const ca = await loaders.caCertificates.load(id);
    return ca === undefined ? null : toCaCertificate(ca);
  }

  @Query(() => CaCertificateConnection, {
    description: 'CA certificates, the newest first if no other order is asked for.',
  })
  async caCertificates(@Args() { orderBy, ...page }: CaCertificatesArgs): Promise<CaCertificateConnection> {
    const request = toTwoWayPageRequest(page, { isAscending: orderBy?.direction === 'ASC' });
    return toCaCertificateConnection(await inTermsOf(PAGE_FIELDS, this.rpc.call(listCaCertificates, request)), page);
  }

  @Query(() => String, {
    description:
      'The registration code: the common name that a verification certificate must have. It stays the same until it is deleted.',
  })
  async registrationCode(): Promise<string> {
    const { registrationCode } = await this.rpc.call(getRegistrationCode, {});
    return registrationCode;
  }

  @ResolveField(() => CertificateConnection, {
    description: 'The registered certificates that it signed, the newest first.',
  })
  async certificates(
    @Parent() { id }: CaCertificate,
    @Args() { status, ...page }: SignedCertificatesArgs,
    @Context() { loaders }: GatewayContext,
  ): Promise<CertificateConnection> {
    const place = toTwoWayPageRequest(page, { isAscending: false });
    const request = { caCertificateId: id, status: status ?? undefined, ...place };
    return toCertificateConnection(await inTermsOf(PAGE_FIELDS, loaders.certificateLists.load(request)), page);
  }

  @ResolveField(() => JsonScalar, { description: 'Its tags: an object of texts.' })
  async tags(
    @Parent() { arn }: CaCertificate,
    @Context() { loaders }: GatewayContext,
  ): Promise<Record<string, string>> {
    return (await loaders.tags.load(arn)) ?? {};
  }

  @ObjectMutation('caCertificate', () => CaCertificate, {
    description:
      'Registers a CA of the operator. One that is registered already is the error ResourceAlreadyExists, a wrong verification certificate CertificateValidation or RegistrationCodeValidation.',
  })
  async registerCaCertificate(
    @Args('input', { type: () => RegisterCaCertificateInput, description: 'The CA to register.' })
    input: RegisterCaCertificateInput,
  ): Promise<CaCertificate> {
    return toCaCertificate(await this.rpc.call(registerCaCertificate, toRegisterCaCertificateRequest(input)));
  }

  @ObjectMutation('caCertificate', () => CaCertificate, {
    description:
      'Changes a CA certificate. While it is inactive no further certificates are registered; those that are keep working.',
  })
  async updateCaCertificate(
    @Args('input', { type: () => UpdateCaCertificateInput, description: 'The CA certificate and what changes.' })
    input: UpdateCaCertificateInput,
  ): Promise<CaCertificate> {
    return toCaCertificate(await this.rpc.call(updateCaCertificate, toUpdateCaCertificateRequest(input)));
  }

  @FactsMutation(DeletedCertificate, {
    description:
      'Deletes a CA certificate; one that is active is the error CertificateState. The certificates that it signed stay.',
  })
  async deleteCaCertificate(
    @Args('certificateId', { type: () => ID, description: 'The id of the CA certificate.' }) certificateId: string,
  ): Promise<DeletedCertificate> {
    await this.rpc.call(deleteCaCertificate, { certificateId });
    return { id: certificateId };
  }

  @FactsMutation(DeletedRegistrationCode, {
    description: 'Forgets the registration code; the next one asked for is new.',
  })
  async deleteRegistrationCode(): Promise<DeletedRegistrationCode> {
    await this.rpc.call(deleteRegistrationCode, {});
    return { deleted: true };
  }
}
