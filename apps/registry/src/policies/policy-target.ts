import { IotError } from '#thingcore/errors';
import { parseArn } from '#thingcore/policy';
import type { RegistryContext } from '../changes/registry-context.js';

/** What a policy can be attached to: a certificate by its id, or a thing group by its name. */
export interface PolicyTarget {
  readonly kind: 'certificate' | 'thingGroup';
  readonly name: string;
}

/**
 * Reads a target as the contracts spell it: the id or the ARN of a certificate, or the ARN of a thing group. Throws
 * `InvalidRequest` for an ARN of another region or account, which would otherwise be taken for the one here.
 */
export function parsePolicyTarget(context: RegistryContext, target: string, field = 'target'): PolicyTarget {
  const arn = parseArn(target);
  if (arn === undefined) return { kind: 'certificate', name: target };
  const parsed: PolicyTarget = { kind: arn.kind === 'cert' ? 'certificate' : 'thingGroup', name: arn.name };
  const here = policyTargetArn(context, parsed);
  if (target === here) return parsed;
  throw new IotError('InvalidRequest', `${target} is of another region or account; here it would be ${here}`, {
    details: { field, target },
  });
}

/** The ARN of a target. */
export function policyTargetArn(context: RegistryContext, { kind, name }: PolicyTarget): string {
  return context.arn(kind === 'certificate' ? 'cert' : 'thinggroup', name);
}
