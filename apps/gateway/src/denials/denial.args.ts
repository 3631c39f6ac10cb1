import { ArgsType, Field, Int } from '@nestjs/graphql';
import { listDenials, type RequestOf } from '#thingcore/contracts';
import { ContractPipe } from '#thingcore/transport';
import { checkedInTermsOf } from '../errors/field-names.js';

const LAST = 'How many to return: 1 to 250.';

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

/** The arguments of `denials`. */
@ArgsType()
export class DenialsArgs extends DenialFilterArgs {
  @Field(() => Int, { defaultValue: 20, description: LAST })
  last: number;
}

/** The arguments of the denials of a thing or a certificate. */
@ArgsType()
export class LastDenialsArgs {
  @Field(() => Int, { defaultValue: 20, description: LAST })
  last: number;
}

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
