import { waitFor } from '#thingcore/testing';
import type { Json } from '../application.js';
import type { Operator } from './operator.js';

/** A denial as the tests look at it. */
export interface SeenDenial {
  readonly id: string;
  readonly time: string;
  readonly clientId: string;
  readonly principal: string;
  readonly thingName: string | null;
  readonly sourceIp: string;
  readonly action: string;
  readonly resource: string;
  readonly cause: string;
  readonly decision: string | null;
  readonly summary: string;
  readonly suppressed: number;
  readonly statements: readonly {
    readonly policyName: string;
    readonly index: number;
    readonly sid: string | null;
    readonly effect: string;
    readonly mismatch: string | null;
    readonly patterns: readonly { readonly pattern: string; readonly resolved: string | null }[];
    readonly variables: readonly { readonly name: string; readonly value: string | null }[];
  }[];
  readonly remedy: { readonly statement?: Json; readonly generalized?: Json | null; readonly change?: Json } | null;
}

/** Everything of a {@link SeenDenial}. */
export const DENIAL = `id time clientId principal thingName sourceIp action resource cause decision summary suppressed
  statements { policyName index sid effect mismatch patterns { pattern resolved } variables { name value } }
  remedy {
    ... on AddStatement { statement generalized }
    ... on ChangeStatement { change { policyName index sid effect } }
  }`;

/** Which denials are meant, as the arguments of the query. */
export interface DenialFilter {
  readonly thing?: string;
  readonly certificateId?: string;
  readonly clientId?: string;
  readonly last?: number;
}

const ARGUMENTS = 'thing: $thing, certificateId: $certificateId, clientId: $clientId';

/** The last denials that meet a filter, the newest first. */
export async function denials({ graphql }: Operator, filter: DenialFilter): Promise<SeenDenial[]> {
  const data = await graphql.run<{ denials: { nodes: SeenDenial[] } }>(
    `query ($thing: String, $certificateId: String, $clientId: String, $last: Int! = 20) {
      denials(filter: { ${ARGUMENTS} }, first: $last) { nodes { ${DENIAL} } } }`,
    { ...filter },
  );
  return data.denials.nodes;
}

/** The newest denial of an action that meets a filter, once it is recorded. */
export function newestDenial(operator: Operator, filter: DenialFilter, action: string): Promise<SeenDenial> {
  return waitFor(async () => (await denials(operator, filter)).find((denial) => denial.action === action), {
    what: `a denial of ${action}`,
  });
}

/** The denial of an id, once it is recorded. */
export function denialOf({ graphql }: Operator, id: string): Promise<SeenDenial> {
  return waitFor(
    async () => {
      const query = `query ($id: ID!) { denial(id: $id) { ${DENIAL} } }`;
      return (await graphql.run<{ denial: SeenDenial | null }>(query, { id })).denial;
    },
    { what: `denial ${id}` },
  );
}

/** The denials that meet a filter from now on. */
export function watchDenials({ graphql }: Operator, filter: DenialFilter) {
  return graphql.subscribe<{ denials: SeenDenial }>(
    `subscription ($thing: String, $certificateId: String, $clientId: String) {
      denials(${ARGUMENTS}) { ${DENIAL} } }`,
    { ...filter },
  ).inbox;
}

/** The id of the denial that a Reason String leads to. */
export function denialIdIn(reason: string | undefined): string {
  const id = /see denial (\S+)$/.exec(reason ?? '')?.[1];
  if (id === undefined) throw new Error(`This reason leads to no denial: ${reason}`);
  return id;
}
