import { UseFilters } from '@nestjs/common';
import { Args, Extensions, Query, Resolver } from '@nestjs/graphql';
import { lintPolicy, testAuthorization, testPolicy } from '#thingcore/contracts';
import type { JsonValue } from '#thingcore/errors';
import { RpcClient } from '#thingcore/transport';
import { inTermsOf } from '../errors/field-names.js';
import { GraphqlErrorFilter } from '../errors/graphql-error.filter.js';
import { PolicyWarning, toPolicyWarnings } from '../policies/policy.type.js';
import { textOfDocument } from '../scalars/json-document.js';
import { JsonScalar } from '../scalars/json.scalar.js';
import {
  AuthorizationTest,
  TEST_POLICY_FIELDS,
  TestAuthorizationInput,
  TestPolicyInput,
  toAuthorizationTest,
  toTestAuthorizationRequest,
  toTestPolicyRequest,
} from './authorization-test.type.js';

/** Questions about policies. They change nothing, so that viewers may ask them, too. */
@Resolver()
@UseFilters(GraphqlErrorFilter)
export class AuthorizationResolver {
  constructor(private readonly rpc: RpcClient) {}

  @Query(() => AuthorizationTest, {
    description: 'What a connection with a certificate would be allowed to do, by the evaluator that decides live.',
  })
  async testAuthorization(
    @Args('input', { type: () => TestAuthorizationInput, description: 'The connection and the questions.' })
    input: TestAuthorizationInput,
  ): Promise<AuthorizationTest> {
    return toAuthorizationTest(await this.rpc.call(testAuthorization, toTestAuthorizationRequest(input)));
  }

  @Query(() => AuthorizationTest, {
    description: 'What would be allowed if a document, which need not be saved, were the only policy.',
  })
  async testPolicy(
    @Args('input', { type: () => TestPolicyInput, description: 'The document and the questions.' })
    input: TestPolicyInput,
  ): Promise<AuthorizationTest> {
    const reply = await inTermsOf(TEST_POLICY_FIELDS, this.rpc.call(testPolicy, toTestPolicyRequest(input)));
    return toAuthorizationTest(reply);
  }

  @Extensions({ listSize: 10 })
  @Query(() => [PolicyWarning], {
    description:
      'Warnings about a policy document that is valid but probably does not say what is meant. One that is not valid is the error MalformedPolicy.',
  })
  async lintPolicy(
    @Args('document', { type: () => JsonScalar, description: 'The document, as an object or as the text of one.' })
    document: JsonValue,
  ): Promise<PolicyWarning[]> {
    const request = { policyDocument: textOfDocument(document) };
    return toPolicyWarnings(await inTermsOf(TEST_POLICY_FIELDS, this.rpc.call(lintPolicy, request)));
  }
}
