import { IotError } from '#thingcore/errors';
import type { Scope } from '#thingcore/platform';
import { type BoundPolicies, type Decision, iotArn } from '#thingcore/policy';
import { parseSharedSubscription } from '#thingcore/topics';

/** Decisions kept for a connection; a client that uses more topics than this is simply decided anew. */
const CACHED_DECISIONS = 512;

/** What a connection is allowed to do, decided by the policies of its principal. Decisions on topics are remembered. */
export class ConnectionAuthorizer {
  private readonly decisions = new Map<string, Decision>();

  constructor(
    private readonly policies: BoundPolicies,
    private readonly scope: Scope,
  ) {}

  /** Refuses the connection unless `iot:Connect` is allowed. */
  checkConnect(clientId: string): void {
    this.require('iot:Connect', this.policies.decide('iot:Connect', iotArn(this.scope, 'client', clientId)));
  }

  /** Refuses the message unless `iot:Publish`, and `iot:RetainPublish` for a retained one, are allowed. */
  checkPublish(topic: string, retain: boolean): void {
    this.require('iot:Publish', this.decide('iot:Publish', 'topic', topic));
    if (retain) this.require('iot:RetainPublish', this.decide('iot:RetainPublish', 'topic', topic));
  }

  /** Whether a subscription to the filter is allowed. */
  maySubscribe(filter: string): boolean {
    return this.policies.decide('iot:Subscribe', iotArn(this.scope, 'topicfilter', filter)).decision === 'ALLOWED';
  }

  /** Whether a message on the topic may be delivered. A shared subscription is asked by the topic alone. */
  mayReceive(topic: string): boolean {
    return this.decide('iot:Receive', 'topic', parseSharedSubscription(topic)?.filter ?? topic).decision === 'ALLOWED';
  }

  private decide(action: string, kind: 'topic', topic: string): Decision {
    const key = `${action} ${topic}`;
    const known = this.decisions.get(key);
    if (known !== undefined) return known;
    const decision = this.policies.decide(action, iotArn(this.scope, kind, topic));
    if (this.decisions.size >= CACHED_DECISIONS) this.decisions.clear();
    this.decisions.set(key, decision);
    return decision;
  }

  private require(action: string, { decision, resource, statement }: Decision): void {
    if (decision === 'ALLOWED') return;
    const why =
      decision === 'EXPLICIT_DENY' && statement !== undefined
        ? `denied by statement ${statement.index} of policy ${statement.policyName}`
        : 'no attached policy allows it';
    throw new IotError('Forbidden', `${action} on ${resource} is not allowed: ${why}`, {
      details: { action, resource },
    });
  }
}
