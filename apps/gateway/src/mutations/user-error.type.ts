import { Field, ObjectType, registerEnumType } from '@nestjs/graphql';
import type { ErrorCode, JsonObject } from '#thingcore/errors';
import { JsonScalar } from '../scalars/json.scalar.js';

/** The codes of what a caller can mend: by another input, or by first changing what the input is about. */
export const UserErrorCode = {
  InvalidRequest: 'InvalidRequest',
  MalformedPolicy: 'MalformedPolicy',
  SqlParse: 'SqlParse',
  CertificateValidation: 'CertificateValidation',
  RegistrationCodeValidation: 'RegistrationCodeValidation',
  ResourceRegistrationFailure: 'ResourceRegistrationFailure',
  ResourceNotFound: 'ResourceNotFound',
  CertificateState: 'CertificateState',
  ResourceAlreadyExists: 'ResourceAlreadyExists',
  VersionConflict: 'VersionConflict',
  DeleteConflict: 'DeleteConflict',
  VersionsLimitExceeded: 'VersionsLimitExceeded',
  LimitExceeded: 'LimitExceeded',
  PayloadTooLarge: 'PayloadTooLarge',
  UnsupportedEncoding: 'UnsupportedEncoding',
} as const satisfies Partial<{ [Code in ErrorCode]: Code }>;

/** One of the codes of {@link UserError}. */
export type UserErrorCode = keyof typeof UserErrorCode;

registerEnumType(UserErrorCode, {
  name: 'UserErrorCode',
  description:
    'Why a mutation was refused, in words for programs. The same codes stand in `extensions.code` of an error of GraphQL.',
  valuesMap: {
    InvalidRequest: { description: 'The input is not what the mutation takes.' },
    MalformedPolicy: { description: 'The document of a policy is not valid.' },
    SqlParse: { description: 'The statement of a rule cannot be parsed.' },
    CertificateValidation: { description: 'A certificate is not valid for this.' },
    RegistrationCodeValidation: { description: 'The certificate does not carry the registration code.' },
    ResourceRegistrationFailure: { description: 'The resources of a template could not be provisioned.' },
    ResourceNotFound: { description: 'There is nothing of that name or id.' },
    CertificateState: { description: 'The status of a certificate does not allow it.' },
    ResourceAlreadyExists: { description: 'There is something else of that name already.' },
    VersionConflict: { description: 'It has changed meanwhile: its version is another one than expected.' },
    DeleteConflict: { description: 'It cannot be deleted while others depend on it.' },
    VersionsLimitExceeded: { description: 'It has as many versions as are kept; delete one first.' },
    LimitExceeded: { description: 'There would be more of it than are allowed.' },
    PayloadTooLarge: { description: 'It is larger than allowed.' },
    UnsupportedEncoding: { description: 'Its encoding is none that is understood.' },
  },
});

/** Whether an error is one that callers get as a result. */
export function isUserErrorCode(code: string): code is UserErrorCode {
  return Object.hasOwn(UserErrorCode, code);
}

/** Why a mutation changed nothing. */
@ObjectType({
  description: 'Why a mutation was refused: something that its caller can mend. Such a mutation has changed nothing.',
})
export class UserError {
  @Field(() => UserErrorCode, { description: 'The reason, for programs.' })
  code: UserErrorCode;

  @Field(() => String, { description: 'The reason, for people: what happened, and what to do about it.' })
  message: string;

  @Field(() => [String], {
    nullable: true,
    description:
      'The path of the input at fault, as in `["input", "attributes", "site"]`; null when it is about no field of it.',
  })
  field: string[] | null;

  @Field(() => JsonScalar, {
    nullable: true,
    description:
      'What a program needs to react: the resource in conflict, its version, a limit. Null when there is none.',
  })
  details: JsonObject | null;
}
