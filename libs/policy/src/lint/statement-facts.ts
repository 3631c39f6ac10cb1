import { type PolicyStatement } from '../policy-document.js';
import { actionsOf } from './known-actions.js';

/** A statement and what follows from it without a context. */
export interface StatementFacts {
  readonly index: number;
  readonly statement: PolicyStatement;
  /** The names of the actions it is about. */
  readonly actions: readonly string[];
  /** The member that has the resources. */
  readonly resourceMember: 'Resource' | 'NotResource';
  readonly resources: readonly ResourceFacts[];
}

/** A resource of a document, taken apart as far as its wildcards allow. */
export interface ResourceFacts {
  readonly pattern: string;
  /** Absent when wildcards leave it open where the parts of the ARN are. */
  readonly region?: string | undefined;
  readonly account?: string | undefined;
  /** The kind, e.g. `topic`; absent when a wildcard or a variable leaves it open, or the ARN is of another service. */
  readonly kind?: string;
  /** What follows the kind and its slash; only with a kind. */
  readonly name?: string;
  /** Whether it is `*` or can only be told from it by region and account. */
  readonly isEverything: boolean;
  /** Whether it may name resources of the kind; of `*` whether it names what is asked about no single resource. */
  mayBe(kind: string): boolean;
}

const WILDCARD_OR_VARIABLE = /[*?]|\$\{/;
const ONLY_RUNS = /^\*+$/;

/** Takes a statement apart. */
export function readStatementFacts(statement: PolicyStatement, index: number): StatementFacts {
  return {
    index,
    statement,
    actions: [...new Set(statement.actions.flatMap(actionsOf))],
    resourceMember: statement.exceptResources ? 'NotResource' : 'Resource',
    resources: statement.resources.map(readResourceFacts),
  };
}

function readResourceFacts(pattern: string): ResourceFacts {
  const [, partition = '', service = '', region, account, ...rest] = pattern.split(':');
  if (pattern === '*') return { pattern, isEverything: true, mayBe: () => true };
  if (rest.length === 0) return readShortArn(pattern);
  const place = { pattern, region, account };
  const resource = rest.join(':'); // a name may contain colons
  const isEverything = ONLY_RUNS.test(resource);
  if (!isOrMayBe(partition, 'aws') || !isOrMayBe(service, 'iot')) {
    return { ...place, isEverything: false, mayBe: () => false };
  }
  const open = resource.search(WILDCARD_OR_VARIABLE);
  const slash = resource.indexOf('/');
  if (slash !== -1 && (open === -1 || slash < open)) {
    const kind = resource.slice(0, slash);
    return { ...place, kind, name: resource.slice(slash + 1), isEverything, mayBe: (wanted) => wanted === kind };
  }
  const known = open === -1 ? resource : resource.slice(0, open);
  const mayBe = (wanted: string): boolean => open !== -1 && wanted !== '*' && `${wanted}/`.startsWith(known);
  return { ...place, isEverything, mayBe };
}

/** An ARN with fewer parts than ARNs have, such as `arn:aws:iot:*`: its wildcards stand for several, nobody knows which. */
function readShortArn(pattern: string): ResourceFacts {
  return { pattern, isEverything: ONLY_RUNS.test(pattern.slice(pattern.lastIndexOf(':') + 1)), mayBe: () => true };
}

function isOrMayBe(part: string, wanted: string): boolean {
  return part === wanted || WILDCARD_OR_VARIABLE.test(part);
}

/** Whether the resource names everything of a kind, or everything of it but the empty name: `client/*`, `*`. */
export function namesAllOf(resource: ResourceFacts, kind: string): boolean {
  if (resource.kind !== undefined) return resource.kind === kind && /^[*?]*[*][*?]*$/.test(resource.name ?? '');
  return resource.isEverything;
}
