import { ArgsType, Field, InputType } from '@nestjs/graphql';
import { listDenials, type RequestOf } from '#thingcore/contracts';
import { ContractPipe } from '#thingcore/transport';
import { PageArgs, toPageRequest } from '../connections/page.args.js';
import { checkedInTermsOf } from '../errors/field-names.js';
import { DateTimeScalar } from '../scalars/date-time.scalar.js';

/** Which denials are meant. */
@ArgsType()
export class DenialFilterArgs {
  @Field(() => String, { nullable: true, description: 'The name of the thing that was denied something.' })
  thing?: string | null;

  @Field(() => String, { nullable: true, description: 'The id of the certificate that was denied something.' })
  certificateId?: string | null;

  @Field(() => String, { nullable: true, description: 'The client id that was denied something.' })
  clientId?: string | null;
}

/** The arguments of the subscription `denials`. */
@ArgsType()
export class DenialSubscriptionArgs extends DenialFilterArgs {
  @Field(() => String, {
    nullable: true,
    description:
      'The cursor of the last denial that was seen: begins with what came after it. An error when denials are not kept so far back.',
  })
  after?: string | null;
}

/** Which of the denials of a thing or a certificate a list has. */
@InputType({ description: 'Which denials to return: those that meet all that is given.' })
export class OwnDenialFilter {
  @Field(() => String, { nullable: true, description: 'What was not allowed, as policies name it: iot:Publish.' })
  action?: string | null;

  @Field(() => DateTimeScalar, { nullable: true, description: 'From this time on.' })
  since?: number | null;

  @Field(() => DateTimeScalar, { nullable: true, description: 'Before this time.' })
  until?: number | null;
}

/** Which denials a list has. */
@InputType('DenialFilter', { description: 'Which denials to return: those that meet all that is given.' })
export class DenialListFilter extends OwnDenialFilter {
  @Field(() => String, { nullable: true, description: 'The name of the thing that was denied something.' })
  thing?: string | null;

  @Field(() => String, { nullable: true, description: 'The id of the certificate that was denied something.' })
  certificateId?: string | null;

  @Field(() => String, { nullable: true, description: 'The client id that was denied something.' })
  clientId?: string | null;
}

/** The arguments of `denials`. */
@ArgsType()
export class DenialsArgs extends PageArgs {
  @Field(() => DenialListFilter, { nullable: true, description: 'Which denials to return; all when it is left out.' })
  filter?: DenialListFilter | null;
}

/** The arguments of the denials of a thing or a certificate. */
@ArgsType()
export class OwnDenialsArgs extends PageArgs {
  @Field(() => OwnDenialFilter, { nullable: true, description: 'Which denials to return; all when it is left out.' })
  filter?: OwnDenialFilter | null;
}

/** The request for a page of denials. */
export function toListDenialsRequest({ filter, ...page }: DenialsArgs): RequestOf<typeof listDenials> {
  const { action, since, until, ...about } = filter ?? {};
  const { limit: last, after: before } = toPageRequest(page);
  return {
    ...toDenialFilter(about),
    action: action ?? undefined,
    since: since ?? undefined,
    until: until ?? undefined,
    last,
    before,
  };
}

/** How the fields of {@link toListDenialsRequest} are called in GraphQL. */
export const LIST_DENIALS_FIELDS = {
  thingName: 'filter.thing',
  certificateId: 'filter.certificateId',
  clientId: 'filter.clientId',
  action: 'filter.action',
  since: 'filter.since',
  until: 'filter.until',
  last: 'first',
  before: 'after',
} as const;

/** Which denials are meant; all that is given must be met. */
export type DenialFilter = Pick<RequestOf<typeof listDenials>, 'thingName' | 'certificateId' | 'clientId'>;

/** How the fields of {@link DenialFilter} are called in GraphQL. */
export const DENIAL_FIELDS = { thingName: 'thing' } as const;

/** Which denials are meant, for a request. */
export function toDenialFilter({ thing, certificateId, clientId }: DenialFilterArgs): DenialFilter {
  return {
    thingName: thing ?? undefined,
    certificateId: certificateId ?? undefined,
    clientId: clientId ?? undefined,
  };
}

/**
 * Throws `InvalidRequest` as the command with the same filter does. For subscriptions, whose filters no service sees:
 * with a name that nothing can have they would wait for ever.
 */
export function checkDenialFilter(filter: DenialFilter): void {
  checkedInTermsOf(DENIAL_FIELDS, () => new ContractPipe(listDenials).transform(filter));
}
