import { Field, Int, ObjectType } from '@nestjs/graphql';
import type { lintPolicy, Policy as RegistryPolicy, ReplyOf } from '#thingcore/contracts';
import type { JsonValue } from '#thingcore/errors';
import { type NamedPageArgs, toNamedConnection } from '../connections/named-order.js';
import { type Connection, relayConnection } from '../connections/relay-connection.js';
import { DateTimeScalar } from '../scalars/date-time.scalar.js';
import { jsonOfText } from '../scalars/json-document.js';
import { JsonScalar } from '../scalars/json.scalar.js';

/** A policy. Its versions, targets, tags and warnings are fields of its resolvers. */
@ObjectType({ description: 'What the holders of certificates may do.' })
export class Policy {
  @Field(() => String, { description: 'Its name; unique, and never changed.' })
  name: string;

  @Field(() => String, { description: 'Its ARN: arn:aws:iot:{region}:{account}:policy/{name}.' })
  arn: string;

  @Field(() => JsonScalar, { description: 'The document of its default version.' })
  document: JsonValue;

  @Field(() => String, { description: 'The text of the document of its default version, exactly as it was given.' })
  documentText: string;

  @Field(() => String, { description: 'The id of its default version.' })
  versionId: string;

  @Field(() => DateTimeScalar, { description: 'When it was created.' })
  createdAt: number;
}

/** A page of policies. */
export const PolicyConnection = relayConnection(Policy, {
  one: 'policy',
  many: 'policies',
  order: 'in the order of their names if no other is asked for',
});

/** A page of policies. */
export type PolicyConnection = Connection<Policy>;

/** What `deletePolicy` answers. */
@ObjectType({ description: 'A policy that was deleted.' })
export class DeletedPolicy {
  @Field(() => String, { description: 'Its name.' })
  name: string;
}

/** What a linter has to say about a document. */
@ObjectType({ description: 'Why a policy that is valid probably does not say what is meant.' })
export class PolicyWarning {
  @Field(() => String, { description: 'What kind of warning it is, for programs.' })
  code: string;

  @Field(() => String, { description: 'What is probably wrong, and what to write instead.' })
  message: string;

  @Field(() => Int, {
    nullable: true,
    description: 'Which statement it is about, counted from 0; null when it is about the whole document.',
  })
  statementIndex: number | null;

  @Field(() => String, { nullable: true, description: 'The field that it is about.' })
  field: string | null;

  @Field(() => Int, { nullable: true, description: 'The line of the document, counted from 1.' })
  line: number | null;

  @Field(() => Int, { nullable: true, description: 'The column in that line, counted from 1.' })
  column: number | null;
}

/** A policy of the registry, which keeps the text of its document: checked when it was created, so it is JSON. */
export function toPolicy({
  policyName,
  policyArn,
  policyDocument,
  policyVersionId,
  createdAt,
}: RegistryPolicy): Policy {
  return {
    name: policyName,
    arn: policyArn,
    document: jsonOfText(policyDocument),
    documentText: policyDocument,
    versionId: policyVersionId,
    createdAt,
  };
}

/** A page of policies of the registry, and what it was asked for with. */
export function toPolicyConnection(
  { policies, nextToken }: { policies: readonly RegistryPolicy[]; nextToken?: string | undefined },
  page: NamedPageArgs,
): PolicyConnection {
  return toNamedConnection(policies.map(toPolicy), nextToken, page);
}

/** The warnings of the registry about a document. */
export function toPolicyWarnings({ warnings }: ReplyOf<typeof lintPolicy>): PolicyWarning[] {
  return warnings.map(({ code, message, statementIndex, field, line, column }) => ({
    code,
    message,
    statementIndex: statementIndex ?? null,
    field: field ?? null,
    line: line ?? null,
    column: column ?? null,
  }));
}
