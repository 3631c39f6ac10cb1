import { IotError } from '#thingcore/errors';
import type { PolicyPosition } from './policy.store.js';

/** Orders that policies can be listed in. */
export type PolicyOrderBy = 'policyName' | 'createdAt';

const NAME = '([\\w+=,.@-]{1,128})';

/** What tells where a page ended, in each order: the milliseconds of the creation, if they count, and the name. */
const TOKENS: Readonly<Record<PolicyOrderBy, RegExp>> = {
  policyName: new RegExp(`^()${NAME}$`),
  createdAt: new RegExp(`^([0-9]{1,15}):${NAME}$`),
};

/** What a caller gives to go on behind a policy. */
export function toPolicyToken(orderBy: PolicyOrderBy, { policyName, createdAt }: PolicyPosition): string {
  return orderBy === 'policyName' ? policyName : `${createdAt.getTime()}:${policyName}`;
}

/** Where a caller goes on. InvalidRequest for a text that no page in this order has ended with. */
export function fromPolicyToken(orderBy: PolicyOrderBy, token: string | undefined): PolicyPosition | undefined {
  if (token === undefined) return undefined;
  const [, time, policyName] = TOKENS[orderBy].exec(token) ?? [];
  if (policyName !== undefined) return { policyName, createdAt: new Date(Number(time)) };
  throw new IotError('InvalidRequest', `"${token}" is not the nextToken of a page: pass it as it was answered`, {
    details: { field: 'after' },
  });
}
