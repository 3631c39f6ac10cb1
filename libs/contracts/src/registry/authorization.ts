import { z } from 'zod';
import { command } from '../contract.js';
import { certificateReference, policyName } from '../names.js';

/** What is asked: an action, as AWS names it here or in full as in policies, on resources given as ARNs. */
const authorizationQuestion = z.strictObject({
  action: z
    .string()
    .regex(
      /^(CONNECT|PUBLISH|SUBSCRIBE|RECEIVE|iot:[A-Za-z]+)$/,
      'must be CONNECT, PUBLISH, SUBSCRIBE, RECEIVE or an action such as iot:Publish',
    ),
  resources: z.array(z.string().min(1).max(2048)).min(1).max(10),
});

/** What else is true of the connection that is imagined. */
const authorizationContext = z.strictObject({
  clientId: z.string().min(1).max(128).optional(),
  sourceIp: z.string().optional(),
  domainName: z.string().optional(),
  connectAttributes: z.array(z.enum(['PersistentConnect', 'LastWill'])).optional(),
  /** The topic of the will, or its ARN. */
  lastWillTopic: z.string().min(1).max(1024).optional(),
});

const statementReference = z.object({
  policyName: z.string(),
  index: z.int(),
  sid: z.string().optional(),
  effect: z.enum(['Allow', 'Deny']),
});

/** How one statement stood to the question; for people and programs alike. */
const statementProof = z.object({
  statement: statementReference,
  /** The first thing that did not match, as a sentence; absent when the statement matches. */
  mismatch: z.string().optional(),
  patterns: z.array(z.object({ pattern: z.string(), resolved: z.string().nullable() })),
  variables: z.array(z.object({ name: z.string(), value: z.string().nullable() })),
});

const addition = z.object({
  /** A statement of the policy grammar, as JSON text. */
  statement: z.string(),
  /** The same for every device instead of this one, with policy variables; absent when there is no such form. */
  generalized: z.string().optional(),
});

/** What would allow what was denied: a statement to add, or the statement whose denial stands in the way. */
const remedy = z.discriminatedUnion('kind', [
  addition.extend({ kind: z.literal('add') }),
  z.object({
    kind: z.literal('change'),
    statement: statementReference,
    /** Further Deny statements that would stand in the way when that one is gone. */
    others: z.array(statementReference).optional(),
    /** What must be added besides, because nothing allows it either. */
    add: addition.optional(),
  }),
]);

/** The answer of the evaluator to one question, with its proof. */
export const authorizationResult = z.object({
  action: z.string(),
  resource: z.string(),
  decision: z.enum(['ALLOWED', 'EXPLICIT_DENY', 'IMPLICIT_DENY']),
  /** The proof as a sentence. */
  summary: z.string(),
  /** The statement that decided, or the Allow statements that came nearest, the nearest first. */
  statements: z.array(statementProof),
  /** Absent when it is allowed. */
  remedy: remedy.optional(),
});

/** The answer of the evaluator to one question, with its proof. */
export type AuthorizationResult = z.output<typeof authorizationResult>;

const answers = z.object({
  results: z.array(authorizationResult),
  /** Context keys that statements use and that had no value. */
  missingContextValues: z.array(z.string()),
});

/**
 * What the evaluator would answer a connection of a principal. AWS: TestAuthorization, with policies added and skipped
 * by name; the client id decides which thing the connection is of.
 */
export const testAuthorization = command('registry', 'authorization.test.v1', {
  request: z.strictObject({
    /** Whose policies count; without one only those that are added do. */
    principal: certificateReference.optional(),
    context: authorizationContext.default({}),
    questions: z.array(authorizationQuestion).min(1).max(10),
    policyNamesToAdd: z.array(policyName).max(10).default([]),
    policyNamesToSkip: z.array(policyName).max(10).default([]),
  }),
  reply: answers,
});

/** What the evaluator would answer if a document, which need not be saved, were the only policy. */
export const testPolicy = command('registry', 'authorization.testPolicy.v1', {
  request: z.strictObject({
    policyDocument: z.string(),
    /** Whose certificate and thing fill in the variables; without one only the context does. */
    principal: certificateReference.optional(),
    context: authorizationContext.default({}),
    questions: z.array(authorizationQuestion).min(1).max(10),
  }),
  reply: answers,
});

/** Warnings about a policy document that is valid but probably does not say what is meant. */
export const lintPolicy = command('registry', 'authorization.lintPolicy.v1', {
  request: z.strictObject({ policyDocument: z.string() }),
  reply: z.object({
    warnings: z.array(
      z.object({
        code: z.string(),
        message: z.string(),
        /** Which statement, counted from 0; absent when the document as a whole is meant. */
        statementIndex: z.int().optional(),
        field: z.string().optional(),
        line: z.int().optional(),
        column: z.int().optional(),
      }),
    ),
  }),
});
