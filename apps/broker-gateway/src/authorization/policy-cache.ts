import { compilePolicies, type CompiledPolicySet, parsePolicyDocument, type PolicyDocument } from '#thingcore/policy';
import { LruMap } from '../bounds/lru-map.js';

/** A policy as the registry answers it. */
export interface PolicyText {
  readonly policyName: string;
  readonly policyDocument: string;
}

/** Fleets share a handful of policies; these bounds are for those that do not. */
const DOCUMENTS = 2_000;
const SETS = 1_000;

/**
 * Policies compiled once for all who have them. Keyed by what the documents say, not by their versions: a policy that is
 * deleted and made anew starts again with version 1.
 */
export class PolicyCache {
  private readonly documents = new LruMap<string, PolicyDocument>(DOCUMENTS);
  private readonly sets = new LruMap<string, CompiledPolicySet>(SETS);

  /** Compiles the policies of a principal. Throws `MalformedPolicy` for a document that cannot be read. */
  compile(policies: readonly PolicyText[]): CompiledPolicySet {
    const key = JSON.stringify(policies.map(({ policyName, policyDocument }) => [policyName, policyDocument]));
    return this.sets.getOrMake(key, () =>
      compilePolicies(
        policies.map(({ policyName, policyDocument }) => ({ policyName, document: this.parse(policyDocument) })),
      ),
    );
  }

  private parse(text: string): PolicyDocument {
    return this.documents.getOrMake(text, () => parsePolicyDocument(text));
  }
}
