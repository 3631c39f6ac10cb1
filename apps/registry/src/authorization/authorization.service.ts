import { X509Certificate } from 'node:crypto';
import { isIP } from 'node:net';
import { Injectable } from '@nestjs/common';
import {
  type lintPolicy,
  type ParsedRequestOf,
  type Principal,
  principalContext,
  type ReplyOf,
  type testAuthorization,
  type testPolicy,
} from '#thingcore/contracts';
import { IotError } from '#thingcore/errors';
import { Scope } from '#thingcore/platform';
import { certificateVariables } from '#thingcore/pki';
import {
  compilePolicies,
  iotArn,
  lintPolicyDocument,
  type NamedPolicy,
  parseArn,
  parsePolicyDocument,
  type PolicyContext,
} from '#thingcore/policy';
import { certificateIdOf } from '../certificates/certificate-reference.js';
import { CertificateStore } from '../certificates/certificate.store.js';
import { missingPolicy } from '../policies/policy-refusals.js';
import { parsePolicyText } from '../policies/policy-text.js';
import { PolicyStore } from '../policies/policy.store.js';
import { PrincipalResolver } from '../principals/principal-resolver.js';
import { askPolicies, type PolicyAnswers } from './policy-questions.js';

type Context = ParsedRequestOf<typeof testAuthorization>['context'];

/** How answers call a document that is not saved. */
const UNSAVED = 'unsaved';

/** Answers what policies would decide, by the evaluator that decides for the brokers. */
@Injectable()
export class AuthorizationService {
  constructor(
    private readonly principals: PrincipalResolver,
    private readonly certificates: CertificateStore,
    private readonly policies: PolicyStore,
    private readonly scope: Scope,
  ) {}

  /**
   * AWS: TestAuthorization. What the policies of a principal would answer a connection, some added and some skipped. Only
   * the policies are asked: whether the certificate counts at all is not.
   */
  async testAuthorization(request: ParsedRequestOf<typeof testAuthorization>): Promise<PolicyAnswers> {
    const { principal, context, questions, policyNamesToAdd, policyNamesToSkip } = request;
    const { policies, of } =
      principal === undefined ? { policies: [], of: {} } : await this.resolve(principal, context);
    const added = await this.documents(policyNamesToAdd);
    const attached = policies
      .filter(({ policyName }) => !policyNamesToSkip.includes(policyName) && !policyNamesToAdd.includes(policyName))
      .map(({ policyName, policyDocument }) => ({ policyName, document: parsePolicyDocument(policyDocument) }));
    return askPolicies(compilePolicies([...attached, ...added]), { ...this.given(context), ...of }, questions);
  }

  /** What a document, which need not be saved, would answer if it were the only policy. */
  async testPolicy(request: ParsedRequestOf<typeof testPolicy>): Promise<PolicyAnswers> {
    const { policyDocument, principal, context, questions } = request;
    const policies = compilePolicies([{ policyName: UNSAVED, document: parsePolicyText(policyDocument) }]);
    const of = principal === undefined ? {} : (await this.resolve(principal, context)).of;
    return askPolicies(policies, { ...this.given(context), ...of }, questions);
  }

  /** Warns of what a document probably does not say as it is meant. */
  lintPolicy({ policyDocument }: ParsedRequestOf<typeof lintPolicy>): ReplyOf<typeof lintPolicy> {
    parsePolicyText(policyDocument);
    return { warnings: lintPolicyDocument(policyDocument, { scope: this.scope }) };
  }

  /** The policies of a connection of a principal, and what they may ask of its certificate and thing. */
  private async resolve(
    principal: string,
    { clientId }: Context,
  ): Promise<{ policies: Principal['policies']; of: PolicyContext }> {
    const certificateId = certificateIdOf(principal);
    const [[resolved], [certificate]] = await Promise.all([
      this.principals.resolve([{ certificateId, clientId: clientId ?? '' }]),
      this.certificates.findMany([certificateId]),
    ]);
    if (!resolved || certificate === undefined) {
      throw new IotError('ResourceNotFound', `Certificate ${certificateId} does not exist`, {
        details: { field: 'principal', certificateId },
      });
    }
    // Without a client id nobody can tell whether the connection is of a thing, unless it is of the exclusive one.
    const isKnown = clientId !== undefined || resolved.thing !== undefined;
    return {
      policies: resolved.policies,
      of: {
        certificate: certificateVariables(new X509Certificate(certificate.certificatePem).raw),
        ...(isKnown ? principalContext(resolved) : {}),
      },
    };
  }

  /** What the caller says of the connection, as the evaluator wants it. */
  private given({ clientId, sourceIp, domainName, connectAttributes, lastWillTopic }: Context): PolicyContext {
    if (sourceIp !== undefined && isIP(sourceIp) === 0) {
      throw new IotError(
        'InvalidRequest',
        `"${sourceIp}" is no IP address: give one such as 192.0.2.1 or 2001:db8::1`,
        {
          details: { field: 'context.sourceIp' },
        },
      );
    }
    return {
      ...(clientId === undefined ? {} : { clientId }),
      ...(sourceIp === undefined ? {} : { sourceIp }),
      ...(domainName === undefined ? {} : { domainName }),
      ...(connectAttributes === undefined ? {} : { connectAttributes }),
      ...(lastWillTopic === undefined ? {} : { lastWillTopic: this.topicArn(lastWillTopic) }),
    };
  }

  private topicArn(topic: string): string {
    return parseArn(topic) === undefined ? iotArn(this.scope, 'topic', topic) : topic;
  }

  /** The default versions of saved policies; ResourceNotFound when one does not exist. */
  private async documents(policyNames: string[]): Promise<NamedPolicy[]> {
    if (policyNames.length === 0) return [];
    const found = await this.policies.findMany(policyNames);
    const missing = policyNames.find((name) => !found.some(({ policyName }) => policyName === name));
    if (missing !== undefined) throw missingPolicy(missing, 'policyNamesToAdd');
    return found.map(({ policyName, policyDocument }) => ({
      policyName,
      document: parsePolicyDocument(policyDocument),
    }));
  }
}
