import type { Loaders } from '../batching/loaders.js';
import { type Policy, toPolicy } from './policy.type.js';

/**
 * The policies attached to a certificate or a thing group; one that was deleted meanwhile is left out.
 *
 * @param arn of the certificate or the group
 * @param recursive whether those of the groups above a group count too
 */
export async function loadPoliciesOfTarget(loaders: Loaders, arn: string, recursive = false): Promise<Policy[]> {
  const names = (await loaders.policyNamesOfTargets(recursive).load(arn)) ?? [];
  const policies = await Promise.all(names.map((name) => loaders.policies.load(name)));
  return policies.filter((policy) => policy !== undefined).map(toPolicy);
}
