import { ArgsType, Field, InputType, registerEnumType } from '@nestjs/graphql';
import type { listCertificates, RequestOf } from '#thingcore/contracts';
import { OrderDirection } from '../connections/order-direction.js';
import { PAGE_FIELDS } from '../connections/page.args.js';
import { toTwoWayPageRequest, TwoWayPageArgs } from '../connections/two-way-page.args.js';
import { DateTimeScalar } from '../scalars/date-time.scalar.js';
import { CertificateStatus } from './certificate.type.js';

/** Which certificates a list has. */
@InputType({ description: 'Which certificates to return: those that meet all that is given.' })
export class CertificateFilter {
  @Field(() => CertificateStatus, { nullable: true, description: 'Their status.' })
  status?: CertificateStatus | null;

  @Field(() => String, { nullable: true, description: 'The id of the CA certificate they are signed by.' })
  ca?: string | null;

  @Field(() => DateTimeScalar, { nullable: true, description: 'They expire at this time or later.' })
  expiresFrom?: number | null;

  @Field(() => DateTimeScalar, { nullable: true, description: 'They expire before this time.' })
  expiresBefore?: number | null;
}

/** What certificates can be ordered by. */
export const CertificateOrderField = { CREATED_AT: 'CREATED_AT', EXPIRES_AT: 'EXPIRES_AT' } as const;

/** What certificates can be ordered by. */
export type CertificateOrderField = keyof typeof CertificateOrderField;

registerEnumType(CertificateOrderField, {
  name: 'CertificateOrderField',
  description: 'What certificates can be ordered by.',
  valuesMap: {
    CREATED_AT: { description: 'When they were registered.' },
    EXPIRES_AT: { description: 'When they expire.' },
  },
});

/** The order of a list of certificates. */
@InputType({ description: 'The order of a list of certificates.' })
export class CertificateOrder {
  @Field(() => CertificateOrderField, { description: 'What they are ordered by.' })
  field: CertificateOrderField;

  @Field(() => OrderDirection, { defaultValue: OrderDirection.ASC, description: 'Which way.' })
  direction: OrderDirection;
}

/** The arguments of `certificates`. */
@ArgsType()
export class CertificatesArgs extends TwoWayPageArgs {
  @Field(() => CertificateFilter, {
    nullable: true,
    description: 'Which certificates to return; all when it is left out.',
  })
  filter?: CertificateFilter | null;

  @Field(() => CertificateOrder, {
    nullable: true,
    description: 'Their order; the newest first when it is left out. A cursor is one of its order.',
  })
  orderBy?: CertificateOrder | null;
}

/** The request for a page of certificates. */
export function toListCertificatesRequest({
  filter,
  orderBy,
  ...page
}: CertificatesArgs): RequestOf<typeof listCertificates> {
  return {
    status: filter?.status ?? undefined,
    caCertificateId: filter?.ca ?? undefined,
    expiresFrom: filter?.expiresFrom ?? undefined,
    expiresBefore: filter?.expiresBefore ?? undefined,
    orderBy: orderBy?.field === 'EXPIRES_AT' ? 'notAfter' : 'createdAt',
    ...toTwoWayPageRequest(page, { isAscending: orderBy?.direction === 'ASC', by: certificateOrderOf(orderBy) }),
  };
}

/** What certificates are ordered by, when that is not their usual order. */
export function certificateOrderOf(orderBy: CertificateOrder | null | undefined): string | undefined {
  return orderBy?.field === 'EXPIRES_AT' ? orderBy.field : undefined;
}

/** How the fields of {@link toListCertificatesRequest} are called in GraphQL. */
export const LIST_CERTIFICATES_FIELDS = {
  ...PAGE_FIELDS,
  status: 'filter.status',
  caCertificateId: 'filter.ca',
  expiresFrom: 'filter.expiresFrom',
  expiresBefore: 'filter.expiresBefore',
} as const;
