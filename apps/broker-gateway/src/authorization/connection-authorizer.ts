import { type AuthorizationResult, toAuthorizationRemedy, toAuthorizationResult } from '#thingcore/contracts';
import type { Scope } from '#thingcore/platform';
import {
  type BoundPolicies,
  CachedDecisions,
  type Decision,
  explainDecision,
  suggestAllowance,
} from '#thingcore/policy';
import { parseSharedSubscription } from '#thingcore/topics';

/** What a connection is allowed to do, decided by the policies of its principal. Decisions are remembered. */
export class ConnectionAuthorizer {
  private readonly decisions: CachedDecisions;

  constructor(
    private readonly policies: BoundPolicies,
    scope: Scope,
  ) {
    this.decisions = new CachedDecisions(policies, scope);
  }

  /** Decides about the connection itself. */
  connect(clientId: string): Decision {
    return this.decisions.decide('iot:Connect', 'client', clientId);
  }

  /** Decides about a message: `iot:Publish`, and for a retained one `iot:RetainPublish` besides. */
  publish(topic: string, isRetained: boolean): Decision {
    const decision = this.decisions.decide('iot:Publish', 'topic', topic);
    if (decision.decision !== 'ALLOWED' || !isRetained) return decision;
    return this.decisions.decide('iot:RetainPublish', 'topic', topic);
  }

  /** Decides about a subscription to the filter. */
  subscribe(filter: string): Decision {
    return this.decisions.decide('iot:Subscribe', 'topicfilter', filter);
  }

  /** Decides whether a message on the topic may be delivered. A shared subscription is asked by the topic alone. */
  receive(topic: string): Decision {
    return this.decisions.decide('iot:Receive', 'topic', parseSharedSubscription(topic)?.filter ?? topic);
  }

  /** The proof of a decision, by the evaluator that made it, and what would turn a denial into an allowance. */
  explain({ action, resource }: Decision): AuthorizationResult {
    const suggestion = suggestAllowance(this.policies, action, resource);
    return toAuthorizationResult(
      explainDecision(this.policies, action, resource),
      suggestion && toAuthorizationRemedy(suggestion),
    );
  }
}
