import { Inject, Injectable } from '@nestjs/common';
import { type Principal, resolvePrincipal } from '#thingcore/contracts';
import { IotError } from '#thingcore/errors';
import { Clock, ConfigError, Scope } from '#thingcore/platform';
import {
  compilePolicies,
  type CompiledPolicySet,
  iotArn,
  parsePolicyDocument,
  type PolicyContext,
} from '#thingcore/policy';
import { RpcClient } from '#thingcore/transport';
import { BROKER_CONFIG, type BrokerConfig } from '../broker.config.js';
import { ANONYMOUS, type ConnectRequest, type Peer } from '../connection.js';
import { ConnectionAuthorizer } from './connection-authorizer.js';

const EVERYTHING = JSON.stringify({
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Action: 'iot:*', Resource: '*' }],
});

/** Finds out who a peer is and what it may do. Asks the registry each time: a decision is never older than its connection. */
@Injectable()
export class PrincipalDirectory {
  private readonly anonymousPolicies: CompiledPolicySet;

  constructor(
    private readonly rpc: RpcClient,
    private readonly clock: Clock,
    private readonly scope: Scope,
    @Inject(BROKER_CONFIG) { anonymousPolicy }: BrokerConfig,
  ) {
    this.anonymousPolicies = compileAnonymousPolicy(anonymousPolicy ?? EVERYTHING);
  }

  /**
   * Decides whether a peer may connect as it asks to, and answers what it may do then.
   *
   * @throws `Unauthorized` or `ResourceNotFound` for a certificate that does not count, `Forbidden` when a policy says so
   */
  async admit(peer: Peer, request: ConnectRequest): Promise<ConnectionAuthorizer> {
    const { policies, context } = await this.resolve(peer, request.clientId);
    const { will } = request;
    const connecting = new ConnectionAuthorizer(
      policies.bind({ ...context, ...this.connectAttributes(request) }),
      this.scope,
    );
    connecting.checkConnect(request.clientId);
    if (will !== undefined) connecting.checkPublish(will.topic, will.retain);
    return new ConnectionAuthorizer(policies.bind(context), this.scope);
  }

  /** What a connected peer may do now. AWS: a changed policy by itself ends no connection, a certificate does. */
  async authorizerFor(peer: Peer, clientId: string): Promise<ConnectionAuthorizer> {
    const { policies, context } = await this.resolve(peer, clientId);
    return new ConnectionAuthorizer(policies.bind(context), this.scope);
  }

  private async resolve(
    peer: Peer,
    clientId: string,
  ): Promise<{ policies: CompiledPolicySet; context: PolicyContext }> {
    const context = { clientId, sourceIp: peer.sourceIp };
    if (peer.principal === ANONYMOUS)
      return { policies: this.anonymousPolicies, context: { ...context, isAttached: false } };
    const principal = await this.rpc.call(resolvePrincipal, { certificateId: peer.principal });
    this.checkCertificate(principal);
    const policies = compilePolicies(
      principal.policies.map(({ policyName, policyDocument }) => ({
        policyName,
        document: parsePolicyDocument(policyDocument),
      })),
    );
    return { policies, context: { ...context, ...thingContext(principal, clientId), certificate: peer.certificate } };
  }

  /** Refuses a certificate that is not ACTIVE or whose time is not now. */
  private checkCertificate({ certificateId, status, notBefore, notAfter }: Principal): void {
    const now = this.clock.now();
    if (status !== 'ACTIVE') throw refusal(certificateId, `is ${status}`);
    if (now < notBefore) throw refusal(certificateId, 'is not valid yet');
    if (now > notAfter) throw refusal(certificateId, 'has expired');
  }

  private connectAttributes({ isPersistent, will }: ConnectRequest): Partial<PolicyContext> {
    const connectAttributes = [
      ...(isPersistent ? ['PersistentConnect'] : []),
      ...(will === undefined ? [] : ['LastWill']),
    ];
    if (will === undefined) return { connectAttributes };
    return { connectAttributes, lastWillTopic: iotArn(this.scope, 'topic', will.topic) };
  }
}

/** AWS: Thing policy variables resolve when the client id is the name of a thing that the certificate is attached to. */
function thingContext({ things }: Principal, clientId: string): PolicyContext {
  const thing = things.find(({ thingName }) => thingName === clientId);
  if (thing === undefined) return { isAttached: false };
  return { isAttached: true, thing: { thingName: thing.thingName, attributes: thing.attributes } };
}

function refusal(certificateId: string, why: string): IotError {
  return new IotError('Unauthorized', `Certificate ${certificateId} ${why}`, { details: { certificateId } });
}

function compileAnonymousPolicy(text: string): CompiledPolicySet {
  try {
    return compilePolicies([{ policyName: 'anonymous', document: parsePolicyDocument(text) }]);
  } catch (error) {
    throw new ConfigError([`THINGCORE_BROKER_ANONYMOUS_POLICY is not a policy document: ${(error as Error).message}`]);
  }
}
