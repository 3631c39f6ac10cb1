import type { Policy } from '#thingcore/contracts';
import type { RegistryContext } from '../changes/registry-context.js';
import type { PolicyRecord } from './policy.store.js';

/** A stored policy as the contracts show it. */
export function toPolicy(
  context: RegistryContext,
  { policyName, policyDocument, version, createdAt, lastModifiedAt }: PolicyRecord,
): Policy {
  return {
    policyName,
    policyArn: context.arn('policy', policyName),
    policyDocument,
    policyVersionId: String(version),
    createdAt: createdAt.getTime(),
    lastModifiedAt: lastModifiedAt.getTime(),
  };
}
