import { Inject, Injectable } from '@nestjs/common';
import { principalContext } from '#thingcore/contracts';
import { Clock, ConfigError, Scope } from '#thingcore/platform';
import { type CompiledPolicySet, iotArn, type PolicyContext } from '#thingcore/policy';
import { BROKER_CONFIG, type BrokerConfig } from '../broker.config.js';
import { ANONYMOUS, type ConnectRequest, type Peer, type Rights } from '../connection.js';
import { ConnectionAuthorizer } from './connection-authorizer.js';
import { AccessKeys } from './access-keys/access-keys.js';
import { accessKeySubject } from './access-keys/access-key-subject.js';
import { ROLE_POLICIES } from './access-keys/role-policies.js';
import { PolicyCache } from './policy-cache.js';
import { PrincipalLookup } from './principal-lookup.js';
import { subjectsOf } from './principal-subjects.js';
import { type Standing, standingOf } from './standing.js';

const EVERYTHING = JSON.stringify({
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Action: 'iot:*', Resource: '*' }],
});

/** Someone who gets in if the policies let it. */
export type Admitted = Exclude<Standing, { kind: 'refused' }>;

/** Finds out who a peer is and what it may do. Asks the registry each time: rights are never older than their connection. */
@Injectable()
export class PrincipalDirectory {
  private readonly cache = new PolicyCache();
  private readonly anonymousPolicies: CompiledPolicySet;

  constructor(
    private readonly lookup: PrincipalLookup,
    private readonly accessKeys: AccessKeys,
    private readonly clock: Clock,
    private readonly scope: Scope,
    @Inject(BROKER_CONFIG) { anonymousPolicy }: BrokerConfig,
  ) {
    this.anonymousPolicies = this.compileAnonymousPolicy(anonymousPolicy ?? EVERYTHING);
  }

  /** What the registry makes of a peer that connects under a client id. Rejects when the registry does not answer. */
  async standing(peer: Peer, clientId: string): Promise<Standing> {
    if (peer.principal === ANONYMOUS) return { kind: 'anonymous' };
    if (peer.accessKey !== undefined) return this.accessKeys.standing(peer.accessKey);
    return standingOf(await this.lookup.resolve(peer.principal, clientId), this.clock.now());
  }

  /** What a connection may do. Throws `MalformedPolicy` when one of its policies cannot be read. */
  rights(peer: Peer, standing: Admitted, clientId: string): Rights {
    const authorizer = this.authorizer(peer, standing, clientId, {});
    if (standing.kind === 'anonymous') return { authorizer, subjects: [], expiresAt: Infinity };
    if (standing.kind === 'accessKey') {
      const { accessKeyId, expiresAt } = standing;
      return { authorizer, subjects: [accessKeySubject(accessKeyId)], expiresAt };
    }
    const { principal } = standing;
    return {
      authorizer,
      thing: principal.thing,
      subjects: subjectsOf(principal, clientId),
      expiresAt: principal.notAfter,
    };
  }

  /** Decides about a CONNECT: by all that the client asks for in it, which is forgotten when it is connected. */
  connectAuthorizer(peer: Peer, standing: Admitted, request: ConnectRequest): ConnectionAuthorizer {
    const { clientId, isPersistent, will } = request;
    const connectAttributes = [
      ...(isPersistent ? ['PersistentConnect'] : []),
      ...(will === undefined ? [] : ['LastWill']),
    ];
    return this.authorizer(peer, standing, clientId, {
      connectAttributes,
      ...(will === undefined ? {} : { lastWillTopic: iotArn(this.scope, 'topic', will.topic) }),
    });
  }

  private authorizer(
    peer: Peer,
    standing: Admitted,
    clientId: string,
    ofConnect: Pick<PolicyContext, 'connectAttributes' | 'lastWillTopic'>,
  ): ConnectionAuthorizer {
    const { sourceIp, domainName, certificate } = peer;
    const policies = this.policiesOf(standing);
    const context = {
      clientId,
      sourceIp,
      ...(domainName === undefined ? {} : { domainName }),
      ...(certificate === undefined ? {} : { certificate: certificate.variables }),
      ...principalContext(standing.kind === 'principal' ? standing.principal : {}),
      ...ofConnect,
    };
    return new ConnectionAuthorizer(policies.bind(context), this.scope);
  }

  private policiesOf(standing: Admitted): CompiledPolicySet {
    switch (standing.kind) {
      case 'anonymous':
        return this.anonymousPolicies;
      case 'accessKey':
        return this.cache.compile([{ policyName: standing.role, policyDocument: ROLE_POLICIES[standing.role] }]);
      case 'principal':
        return this.cache.compile(standing.principal.policies);
    }
  }

  private compileAnonymousPolicy(policyDocument: string): CompiledPolicySet {
    try {
      return this.cache.compile([{ policyName: 'anonymous', policyDocument }]);
    } catch (error) {
      throw new ConfigError([
        `THINGCORE_BROKER_ANONYMOUS_POLICY is not a policy document: ${(error as Error).message}`,
      ]);
    }
  }
}
