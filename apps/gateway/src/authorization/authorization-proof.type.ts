import { createUnionType, Extensions, Field, Int, ObjectType, registerEnumType } from '@nestjs/graphql';
import type { AuthorizationResult as RegistryResult } from '#thingcore/contracts';
import type { JsonValue } from '#thingcore/errors';
import { PART_OF_DOCUMENT } from '../connections/part-of-document.js';
import { jsonOfText } from '../scalars/json-document.js';
import { JsonScalar } from '../scalars/json.scalar.js';

type RegistryStatement = RegistryResult['statements'][number];
type RegistryRemedy = NonNullable<RegistryResult['remedy']>;
type RegistryAddition = Pick<Extract<RegistryRemedy, { kind: 'add' }>, 'statement' | 'generalized'>;

/** The decisions of the evaluator. */
export const AuthorizationDecision = {
  ALLOWED: 'ALLOWED',
  EXPLICIT_DENY: 'EXPLICIT_DENY',
  IMPLICIT_DENY: 'IMPLICIT_DENY',
} as const;

/** A decision of the evaluator. */
export type AuthorizationDecision = keyof typeof AuthorizationDecision;

registerEnumType(AuthorizationDecision, {
  name: 'AuthorizationDecision',
  description: 'What policies decide.',
  valuesMap: {
    ALLOWED: { description: 'A statement allows it, and none denies it.' },
    EXPLICIT_DENY: { description: 'A statement denies it, whatever the others allow.' },
    IMPLICIT_DENY: { description: 'No statement allows it.' },
  },
});

/** What a statement says of what it matches. */
export const StatementEffect = { Allow: 'Allow', Deny: 'Deny' } as const;

/** What a statement says of what it matches. */
export type StatementEffect = keyof typeof StatementEffect;

registerEnumType(StatementEffect, {
  name: 'StatementEffect',
  description: 'What a statement of a policy says of what it matches.',
  valuesMap: {
    Allow: { description: 'It is allowed, unless another statement denies it.' },
    Deny: { description: 'It is denied.' },
  },
});

/** A pattern of a statement with its variables filled in. */
@ObjectType({ description: 'A pattern of a statement, and what its variables made of it.' })
export class ResolvedPattern {
  @Field(() => String, { description: 'The pattern as it stands in the policy.' })
  pattern: string;

  @Field(() => String, {
    nullable: true,
    description: 'The pattern with its variables filled in; null when one had no value.',
  })
  resolved: string | null;
}

/** A variable with its value. */
@ObjectType({ description: 'A policy variable and the value it had.' })
export class ResolvedVariable {
  @Field(() => String, { description: 'Its name, as in iot:ClientId.' })
  name: string;

  @Field(() => String, { nullable: true, description: 'Its value; null when it had none.' })
  value: string | null;
}

/** Which statement is meant. */
@ObjectType({ description: 'A statement of a policy.' })
export class StatementReference {
  @Field(() => String, { description: 'The name of the policy.' })
  policyName: string;

  @Field(() => Int, { description: 'Which statement of the policy it is, counted from 0.' })
  index: number;

  @Field(() => String, { nullable: true, description: 'Its `Sid`, if it has one.' })
  sid: string | null;

  @Field(() => StatementEffect, { description: 'What it says of what it matches.' })
  effect: StatementEffect;
}

/** How a statement stood to a question. */
@ObjectType({ description: 'How a statement of a policy stood to what was asked.' })
export class StatementProof extends StatementReference {
  @Field(() => String, {
    nullable: true,
    description: 'The first thing that did not match, as a sentence; null when the statement matches.',
  })
  mismatch: string | null;

  @Extensions(PART_OF_DOCUMENT)
  @Field(() => [ResolvedPattern], { description: 'Its patterns, with what their variables made of them.' })
  patterns: ResolvedPattern[];

  @Extensions(PART_OF_DOCUMENT)
  @Field(() => [ResolvedVariable], { description: 'The variables that it uses, with their values.' })
  variables: ResolvedVariable[];
}

/** A statement that would allow what was denied. */
@ObjectType({ description: 'The smallest statement that would allow it: add it to a policy.' })
export class AddStatement {
  @Field(() => JsonScalar, { description: 'The statement for exactly this.' })
  statement: JsonValue;

  @Field(() => JsonScalar, {
    nullable: true,
    description:
      'The same for every device instead of this one, with policy variables; null when there is no such form.',
  })
  generalized: JsonValue;
}

/** The statement whose denial stands in the way. */
@ObjectType({ description: 'The statement that denies it: nothing that is added would help while it is there.' })
export class ChangeStatement {
  @Field(() => StatementReference, { description: 'The statement to change or to remove.' })
  change: StatementReference;

  @Extensions(PART_OF_DOCUMENT)
  @Field(() => [StatementReference], { description: 'Further statements that deny it as well.' })
  others: StatementReference[];

  @Field(() => AddStatement, {
    nullable: true,
    description: 'What must be added besides; null when another statement allows it already.',
  })
  add: AddStatement | null;
}

/** What would allow what was denied. */
export const Remedy = createUnionType({
  name: 'Remedy',
  description: 'What would allow what was denied: a statement to add, or one to change.',
  types: () => [AddStatement, ChangeStatement] as const,
  resolveType: (remedy: AddStatement | ChangeStatement) => ('change' in remedy ? ChangeStatement : AddStatement),
});

/** What would allow what was denied. */
export type Remedy = AddStatement | ChangeStatement;

/** The answer of the evaluator to one question. */
@ObjectType({ description: 'What the evaluator decides about one action on one resource, with its proof.' })
export class AuthorizationResult {
  @Field(() => String, { description: 'The action, as policies name it: iot:Publish.' })
  action: string;

  @Field(() => String, { description: 'The ARN of the resource.' })
  resource: string;

  @Field(() => AuthorizationDecision, { description: 'What is decided.' })
  decision: AuthorizationDecision;

  @Field(() => String, { description: 'Why, as a sentence.' })
  summary: string;

  @Extensions(PART_OF_DOCUMENT)
  @Field(() => [StatementProof], {
    description: 'The statement that decided, or the statements that came nearest to allowing it, the nearest first.',
  })
  statements: StatementProof[];

  @Field(() => Remedy, { nullable: true, description: 'What would allow it; null when it is allowed.' })
  remedy: Remedy | null;
}

/** An answer of the evaluator. */
export function toAuthorizationResult(result: RegistryResult): AuthorizationResult {
  return { ...result, ...toProof(result) };
}

/** The proof of a decision. */
export function toProof({
  statements,
  remedy,
}: Pick<RegistryResult, 'statements' | 'remedy'>): Pick<AuthorizationResult, 'statements' | 'remedy'> {
  return { statements: statements.map(toStatementProof), remedy: remedy === undefined ? null : toRemedy(remedy) };
}

function toStatementProof({ statement, mismatch, patterns, variables }: RegistryStatement): StatementProof {
  return { ...toStatementReference(statement), mismatch: mismatch ?? null, patterns, variables };
}

function toStatementReference({ sid, ...statement }: RegistryStatement['statement']): StatementReference {
  return { ...statement, sid: sid ?? null };
}

function toRemedy(remedy: RegistryRemedy): Remedy {
  if (remedy.kind === 'add') return toAddition(remedy);
  const { statement, others = [], add } = remedy;
  return {
    change: toStatementReference(statement),
    others: others.map(toStatementReference),
    add: add === undefined ? null : toAddition(add),
  };
}

function toAddition({ statement, generalized }: RegistryAddition): AddStatement {
  return { statement: jsonOfText(statement), generalized: generalized === undefined ? null : jsonOfText(generalized) };
}
