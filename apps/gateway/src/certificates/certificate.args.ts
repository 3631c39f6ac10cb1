import { ArgsType, Field, InputType } from '@nestjs/graphql';
import type { listCertificates, RequestOf } from '#thingcore/contracts';
import { PAGE_FIELDS, PageArgs, toPageRequest } from '../connections/page.args.js';
import { CertificateStatus } from './certificate.type.js';

/** Which certificates a list has. */
@InputType({ description: 'Which certificates to return: those that meet all that is given.' })
export class CertificateFilter {
  @Field(() => CertificateStatus, { nullable: true, description: 'Their status.' })
  status?: CertificateStatus | null;

  @Field(() => String, { nullable: true, description: 'The id of the CA certificate they are signed by.' })
  ca?: string | null;
}

/** The arguments of `certificates`. */
@ArgsType()
export class CertificatesArgs extends PageArgs {
  @Field(() => CertificateFilter, {
    nullable: true,
    description: 'Which certificates to return; all when it is left out.',
  })
  filter?: CertificateFilter | null;
}

/** The request for a page of certificates. */
export function toListCertificatesRequest({ filter, ...page }: CertificatesArgs): RequestOf<typeof listCertificates> {
  return {
    status: filter?.status ?? undefined,
    caCertificateId: filter?.ca ?? undefined,
    ...toPageRequest(page),
  };
}

/** How the fields of {@link toListCertificatesRequest} are called in GraphQL. */
export const LIST_CERTIFICATES_FIELDS = {
  ...PAGE_FIELDS,
  status: 'filter.status',
  caCertificateId: 'filter.ca',
} as const;
