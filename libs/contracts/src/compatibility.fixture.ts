import { z } from 'zod';
import * as contracts from './index.js';
import type { CommandContract, EventContract } from './contract.js';

/** JSON Schema, as far as contracts need it. */
export interface Shape {
  readonly [keyword: string]: unknown;
}

/** A contract as it was released: what may be sent, and what may come. */
export interface ReleasedContract {
  readonly kind: 'command' | 'event';
  readonly owner: string;
  readonly delivery?: string;
  /** What a service sends to the owner. */
  readonly request?: Shape;
  /** What the owner answers. */
  readonly reply?: Shape;
  /** What the owner tells. */
  readonly payload?: Shape;
}

/** Every contract of this build, by its pattern. */
export function shapesOfContracts(): Record<string, ReleasedContract> {
  const shapes: Record<string, ReleasedContract> = {};
  for (const exported of Object.values<unknown>(contracts)) {
    if (isContract(exported)) shapes[exported.pattern] = shapeOf(exported);
  }
  return Object.fromEntries(Object.entries(shapes).sort(([one], [other]) => (one < other ? -1 : 1)));
}

/** What a build of the release before would stumble over; empty when both can live side by side. */
export function incompatibleWith(
  released: Record<string, ReleasedContract>,
  current: Record<string, ReleasedContract>,
): string[] {
  return Object.entries(released).flatMap(([pattern, old]) => {
    const now = current[pattern];
    if (now === undefined) return [`${pattern} is gone: keep it for a release after the last that uses it`];
    if (now.kind !== old.kind || now.owner !== old.owner || now.delivery !== old.delivery) {
      return [`${pattern} was of ${old.owner} (${old.kind}, ${old.delivery ?? ''}), and is of ${now.owner}`];
    }
    return [
      // Who sends may be of either release, who reads too: the new reader takes all that the old sender sends ...
      ...narrowings(now.request, old.request, `${pattern} request`),
      // ... and the old reader takes all that the new sender sends.
      ...narrowings(old.reply, now.reply, `${pattern} reply`),
      ...narrowings(old.payload, now.payload, `${pattern} payload`),
      ...removals(old.request, now.request, `${pattern} request`),
      ...removals(old.reply, now.reply, `${pattern} reply`),
      ...removals(old.payload, now.payload, `${pattern} payload`),
    ];
  });
}

/** Where `reader` refuses something that `sender` may send. Members that a reader does not know are passed over. */
function narrowings(reader: Shape | undefined, sender: Shape | undefined, at: string): string[] {
  if (reader === undefined || sender === undefined || same(reader, sender) || Object.keys(reader).length === 0)
    return [];
  const [accepted, sent] = [branchesOf(reader), branchesOf(sender)];
  if (accepted.length > 1 || sent.length > 1) {
    return sent
      .filter((branch) => accepted.every((other) => narrowings(other, branch, at).length > 0))
      .map((branch) => `${at}: nobody reads ${JSON.stringify(branch)}`);
  }
  return [
    ...typeProblems(reader, sender, at),
    ...boundProblems(reader, sender, at),
    ...memberProblems(reader, sender, at),
  ];
}

function typeProblems(reader: Shape, sender: Shape, at: string): string[] {
  if (reader['type'] !== undefined && !includes(typesOf(reader), typesOf(sender))) {
    return [`${at}: is ${JSON.stringify(sender['type'])}, read is ${JSON.stringify(reader['type'])}`];
  }
  const known = reader['enum'] ?? (reader['const'] === undefined ? undefined : [reader['const']]);
  if (known === undefined) return [];
  const values = sender['enum'] ?? (sender['const'] === undefined ? undefined : [sender['const']]);
  const unknown = values === undefined ? ['anything'] : without(values as unknown[], known as unknown[]);
  return unknown.map((value) => `${at}: nobody reads the value ${JSON.stringify(value)}`);
}

const HIGHEST = ['maximum', 'exclusiveMaximum', 'maxLength', 'maxItems', 'maxProperties'];
const LOWEST = ['minimum', 'exclusiveMinimum', 'minLength', 'minItems', 'minProperties'];
const EXACT = ['pattern', 'format', 'allOf'];

function boundProblems(reader: Shape, sender: Shape, at: string): string[] {
  const number = (shape: Shape, keyword: string, byDefault: number) =>
    (shape[keyword] as number | undefined) ?? byDefault;
  const isNarrower = (keyword: string) =>
    reader[keyword] !== undefined &&
    ((HIGHEST.includes(keyword) && number(reader, keyword, 0) < number(sender, keyword, Infinity)) ||
      (LOWEST.includes(keyword) && number(reader, keyword, 0) > number(sender, keyword, -Infinity)) ||
      (EXACT.includes(keyword) && !same(reader[keyword], sender[keyword])));
  return Object.keys(reader)
    .filter(isNarrower)
    .map((keyword) => `${at}: ${keyword} ${JSON.stringify(reader[keyword])} refuses what is sent`);
}

function memberProblems(reader: Shape, sender: Shape, at: string): string[] {
  const [known, sent] = [membersOf(reader), membersOf(sender)];
  const always = (sender['required'] ?? []) as string[];
  return [
    ...((reader['required'] ?? []) as string[])
      .filter((name) => !always.includes(name))
      .map((name) => `${at}.${name}: is needed, and not always sent`),
    ...Object.keys(known).flatMap((name) => narrowings(known[name], sent[name], `${at}.${name}`)),
    ...['items', 'additionalProperties', 'propertyNames'].flatMap((keyword) =>
      isShape(reader[keyword]) && isShape(sender[keyword])
        ? narrowings(reader[keyword], sender[keyword], `${at}.${keyword}`)
        : [],
    ),
  ];
}

/** Members that were there and are not: a caller of before would be passed over in silence, or miss what it reads. */
function removals(old: Shape | undefined, now: Shape | undefined, at: string): string[] {
  if (old === undefined || now === undefined || same(old, now)) return [];
  const current = membersOf(now);
  return [
    ...Object.entries(membersOf(old)).flatMap(([name, member]) =>
      current[name] === undefined ? [`${at}.${name} is gone`] : removals(member, current[name], `${at}.${name}`),
    ),
    ...(isShape(old['items']) && isShape(now['items']) ? removals(old['items'], now['items'], `${at}.items`) : []),
  ];
}

function shapeOf(contract: CommandContract | EventContract): ReleasedContract {
  const { kind, owner } = contract;
  // What is sent may leave out what has a default; what is read has it.
  const shape = (schema: z.ZodType, io: 'input' | 'output') => {
    const made = { ...(z.toJSONSchema(schema, { io, unrepresentable: 'any' }) as Record<string, unknown>) };
    delete made['$schema'];
    return made;
  };
  if (contract.kind === 'event') {
    return { kind, owner, delivery: contract.delivery, payload: shape(contract.payload, 'output') };
  }
  return { kind, owner, request: shape(contract.request, 'input'), reply: shape(contract.reply, 'output') };
}

function isContract(value: unknown): value is CommandContract | EventContract {
  return typeof value === 'object' && value !== null && 'pattern' in value && 'owner' in value;
}

function branchesOf(shape: Shape): readonly Shape[] {
  return ((shape['anyOf'] ?? shape['oneOf']) as Shape[] | undefined) ?? [shape];
}

function typesOf(shape: Shape): unknown[] {
  return [shape['type']].flat();
}

/** An integer is a number too. */
function includes(known: readonly unknown[], types: readonly unknown[]): boolean {
  return types.every((type) => known.includes(type) || (type === 'integer' && known.includes('number')));
}

function membersOf(shape: Shape): Record<string, Shape> {
  return (shape['properties'] ?? {}) as Record<string, Shape>;
}

function isShape(value: unknown): value is Shape {
  return typeof value === 'object' && value !== null;
}

function without(values: readonly unknown[], known: readonly unknown[]): unknown[] {
  return values.filter((value) => !known.includes(value));
}

function same(one: unknown, other: unknown): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}
