import { Extensions, Field, InputType, ObjectType, registerEnumType } from '@nestjs/graphql';
import type { ReplyOf, RequestOf, testAuthorization, testPolicy } from '#thingcore/contracts';
import type { JsonValue } from '#thingcore/errors';
import { PART_OF_DOCUMENT } from '../connections/part-of-document.js';
import { textOfDocument } from '../scalars/json-document.js';
import { JsonScalar } from '../scalars/json.scalar.js';
import { AuthorizationResult, toAuthorizationResult } from './authorization-proof.type.js';

/** What a connection may ask for beyond being there. */
export const ConnectAttribute = { PersistentConnect: 'PersistentConnect', LastWill: 'LastWill' } as const;

/** What a connection may ask for beyond being there. */
export type ConnectAttribute = keyof typeof ConnectAttribute;

registerEnumType(ConnectAttribute, {
  name: 'ConnectAttribute',
  description: 'What a connection asks for beyond being there; conditions know it as iot:ConnectAttributes.',
  valuesMap: {
    PersistentConnect: { description: 'A session that outlives the connection.' },
    LastWill: { description: 'A message that is published when the connection breaks.' },
  },
});

/** What is asked. */
@InputType({ description: 'What the connection would like to do.' })
export class AuthorizationQuestionInput {
  @Field(() => String, {
    description: 'The action: CONNECT, PUBLISH, SUBSCRIBE or RECEIVE, or as in policies, such as iot:RetainPublish.',
  })
  action: string;

  @Field(() => [String], { description: 'The ARNs of the resources, at most 10; each is a question of its own.' })
  resources: string[];
}

/** What is true of the connection that is imagined. */
@InputType({ description: 'What is true of the connection that is imagined.' })
export class AuthorizationContextInput {
  @Field(() => String, {
    nullable: true,
    description: 'Its client id, which also decides which thing the connection is of.',
  })
  clientId?: string | null;

  @Field(() => String, { nullable: true, description: 'The address of the client.' })
  sourceIp?: string | null;

  @Field(() => String, {
    nullable: true,
    description: 'The name of the server that the client asked for in TLS (SNI).',
  })
  domainName?: string | null;

  @Field(() => [ConnectAttribute], { nullable: true, description: 'What it asks for beyond being there.' })
  connectAttributes?: ConnectAttribute[] | null;

  @Field(() => String, { nullable: true, description: 'The topic of its last will.' })
  lastWillTopic?: string | null;
}

/** What `testPolicy` takes. */
@InputType({ description: 'Questions about a policy that need not be saved.' })
export class TestPolicyInput {
  @Field(() => JsonScalar, { description: 'The document, as an object or as the text of one.' })
  document: JsonValue;

  @Field(() => String, {
    nullable: true,
    description: 'A certificate, its ARN or its id, that fills in the variables; without one only the context does.',
  })
  principal?: string | null;

  @Field(() => AuthorizationContextInput, { nullable: true, description: 'What is true of the connection.' })
  context?: AuthorizationContextInput | null;

  @Field(() => [AuthorizationQuestionInput], { description: 'What is asked: at most 10 questions.' })
  questions: AuthorizationQuestionInput[];
}

/** What `testAuthorization` takes. */
@InputType({ description: 'Questions about what a connection may do.' })
export class TestAuthorizationInput {
  @Field(() => String, { description: 'The certificate of the connection: its ARN or its id.' })
  principal: string;

  @Field(() => AuthorizationContextInput, { nullable: true, description: 'What is true of the connection.' })
  context?: AuthorizationContextInput | null;

  @Field(() => [AuthorizationQuestionInput], { description: 'What is asked: at most 10 questions.' })
  questions: AuthorizationQuestionInput[];

  @Field(() => [String], {
    nullable: true,
    description: 'The names of policies to imagine as attached, at most 10.',
  })
  policyNamesToAdd?: string[] | null;

  @Field(() => [String], {
    nullable: true,
    description: 'The names of policies to imagine as not attached, at most 10.',
  })
  policyNamesToSkip?: string[] | null;
}

/** The answers to questions. */
@ObjectType({ description: 'What the evaluator would decide.' })
export class AuthorizationTest {
  @Extensions(PART_OF_DOCUMENT)
  @Field(() => [AuthorizationResult], { description: 'One result for each resource of each question, in their order.' })
  results: AuthorizationResult[];

  @Field(() => [String], { description: 'Context keys that statements use and that had no value.' })
  missingContextValues: string[];
}

/** How the fields of the command of `testPolicy` are called in GraphQL. */
export const TEST_POLICY_FIELDS = { policyDocument: 'document' } as const;

/** The request of `testPolicy`. */
export function toTestPolicyRequest({
  document,
  principal,
  context,
  questions,
}: TestPolicyInput): RequestOf<typeof testPolicy> {
  return {
    policyDocument: textOfDocument(document),
    principal: principal ?? undefined,
    context: toContextRequest(context),
    questions: questions.map(({ action, resources }) => ({ action, resources })),
  };
}

/** The request of `testAuthorization`. */
export function toTestAuthorizationRequest({
  principal,
  context,
  questions,
  policyNamesToAdd,
  policyNamesToSkip,
}: TestAuthorizationInput): RequestOf<typeof testAuthorization> {
  return {
    principal,
    context: toContextRequest(context),
    questions: questions.map(({ action, resources }) => ({ action, resources })),
    policyNamesToAdd: policyNamesToAdd ?? undefined,
    policyNamesToSkip: policyNamesToSkip ?? undefined,
  };
}

/** The answers of the evaluator. */
export function toAuthorizationTest(reply: ReplyOf<typeof testAuthorization>): AuthorizationTest {
  return {
    results: reply.results.map(toAuthorizationResult),
    missingContextValues: reply.missingContextValues,
  };
}

function toContextRequest(context: AuthorizationContextInput | null | undefined) {
  const { clientId, sourceIp, domainName, connectAttributes, lastWillTopic } = context ?? {};
  return {
    clientId: clientId ?? undefined,
    sourceIp: sourceIp ?? undefined,
    domainName: domainName ?? undefined,
    connectAttributes: connectAttributes ?? undefined,
    lastWillTopic: lastWillTopic ?? undefined,
  };
}
