import { Inject, Injectable } from '@nestjs/common';
import type { AccessRole } from '#thingcore/contracts';
import { IotError } from '#thingcore/errors';
import { Clock, Scope } from '#thingcore/platform';
import { type Decision, iotArn } from '#thingcore/policy';
import { ROLE_POLICIES } from '../authorization/access-keys/role-policies.js';
import { Admission } from '../authorization/admission.js';
import { ConnectionAuthorizer } from '../authorization/connection-authorizer.js';
import { PolicyCache, type PolicyText } from '../authorization/policy-cache.js';
import { BROKER_CONFIG, type BrokerConfig } from '../broker.config.js';
import type { Peer } from '../connection.js';
import type { DeniedClient } from '../denials/denied-client.js';
import { PolicyDenials } from '../denials/policy-denials.js';

/** AWS: an HTTP request has no client id. */
const NO_CLIENT_ID = '';

/** AWS: policy actions of shadows over HTTP; over MQTT the topics are what policies are about. */
export type ShadowAction = 'GetThingShadow' | 'UpdateThingShadow' | 'DeleteThingShadow' | 'ListNamedShadowsForThing';

/** AWS: what is done with connections over HTTP. */
export type ConnectionAction = 'GetConnection' | 'DeleteConnection' | 'ListSubscriptions' | 'SendDirectMessage';

/** Who makes a request, and what it may do. */
export interface HttpCaller {
  readonly principal: string;
  readonly sourceIp: string;
  /** Throws `Forbidden` unless the caller may publish on a topic. */
  mayPublish(topic: string, isRetained: boolean): void;
  /** Throws `Forbidden` unless the caller may read the message that is retained on a topic. */
  mayReadRetained(topic: string): void;
  /** Throws `Forbidden` unless the caller may do this with a shadow of a thing; the classic one has no name. */
  mayUseShadow(action: ShadowAction, thingName: string, shadowName?: string): void;
  /** Throws `Forbidden` unless the caller may do this with the connection of a client. */
  mayUseConnection(action: ConnectionAction, clientId: string): void;
  /** Throws `Forbidden` unless the caller may list retained messages. */
  mayListRetained(): void;
}

/**
 * Finds out who makes a request. The registry is asked for each connection, and again when a connection is older than a
 * live MQTT connection would go unchecked: nobody is told here of changes.
 */
@Injectable()
export class HttpCallers {
  private readonly known = new WeakMap<object, { readonly caller: HttpCaller; readonly until: number }>();
  private readonly policies = new PolicyCache();

  constructor(
    private readonly admission: Admission,
    private readonly denials: PolicyDenials,
    private readonly clock: Clock,
    private readonly scope: Scope,
    @Inject(BROKER_CONFIG) private readonly config: BrokerConfig,
  ) {}

  /**
   * The caller at the other end of a connection.
   *
   * @param connection what it is known by
   * @throws `Forbidden` when its certificate does not count, `ServiceUnavailable` when the registry does not answer
   */
  async identify(connection: object, peer: Peer): Promise<HttpCaller> {
    const known = this.known.get(connection);
    if (known !== undefined && this.clock.now() < known.until) return known.caller;
    // Before the registry is asked: what changes meanwhile must not count as known.
    const until = this.clock.now() + this.config.principalCheckMs;
    const standing = await this.admission.identify(peer, NO_CLIENT_ID);
    if (standing?.kind !== 'principal') throw new IotError('Forbidden', 'The client certificate does not count here');
    const caller = this.callerOf(peer, standing.principal.policies);
    this.known.set(connection, { caller, until });
    return caller;
  }

  /** The holder of an access key, who may do what its role may. */
  ofAccessKey(accessKeyId: string, role: AccessRole, place: Omit<Peer, 'principal'>): HttpCaller {
    const policy = { policyName: role, policyDocument: ROLE_POLICIES[role] };
    return this.callerOf({ ...place, principal: accessKeyId }, [policy]);
  }

  private callerOf({ principal, sourceIp, domainName, certificate }: Peer, granted: readonly PolicyText[]): HttpCaller {
    const policies = this.policies.compile(granted).bind({
      // AWS: over HTTP neither iot:ClientId nor the variables of a thing resolve.
      sourceIp,
      isAttached: false,
      ...(domainName === undefined ? {} : { domainName }),
      ...(certificate === undefined ? {} : { certificate: certificate.variables }),
    });
    const client: DeniedClient = { clientId: NO_CLIENT_ID, principal, sourceIp };
    const authorizer = new ConnectionAuthorizer(policies, this.scope);
    const demand = (decision: Decision) => {
      if (decision.decision !== 'ALLOWED') throw this.denials.refusal(client, authorizer, decision);
    };
    return {
      principal,
      sourceIp,
      mayPublish: (topic, isRetained) => demand(authorizer.publish(topic, isRetained)),
      mayReadRetained: (topic) => demand(policies.decide('iot:GetRetainedMessage', iotArn(this.scope, 'topic', topic))),
      mayUseShadow: (action, thingName, shadowName) => {
        const name = shadowName === undefined ? thingName : `${thingName}/${shadowName}`;
        demand(policies.decide(`iot:${action}`, iotArn(this.scope, 'thing', name)));
      },
      mayUseConnection: (action, clientId) =>
        demand(policies.decide(`iot:${action}`, iotArn(this.scope, 'client', clientId))),
      mayListRetained: () => demand(policies.decide('iot:ListRetainedMessages', '*')),
    };
  }
}
