import { DocumentFault } from './document-fault.js';
import { nearestName } from './nearest-name.js';
import { type JsonMember, type JsonNode } from './positioned-json.js';

/** The members of an object by their name. */
export type MemberReader = ReadonlyMap<string, JsonMember>;

/**
 * Reads an object that may have the allowed members only. `explained` says of members that people often write what to
 * do instead.
 */
export function readMembers(
  node: JsonNode,
  noun: string,
  allowed: readonly string[],
  explained: Readonly<Record<string, string>> = {},
): MemberReader {
  for (const member of objectMembers(node, noun)) {
    if (allowed.includes(member.name)) continue;
    if (Object.hasOwn(explained, member.name)) {
      throw new DocumentFault(`"${member.name}" is not supported: ${explained[member.name] ?? ''}`, member);
    }
    const similar = nearestName(member.name, allowed);
    const hint = similar === undefined ? `it may have ${allowed.join(', ')}` : `did you mean "${similar}"?`;
    throw new DocumentFault(`${noun} has no member "${member.name}"; ${hint}`, member);
  }
  return new Map(objectMembers(node, noun).map((member) => [member.name, member]));
}

/** The members of a value that must be an object. */
export function objectMembers(node: JsonNode, noun: string): readonly JsonMember[] {
  if (node.type === 'object') return node.members;
  throw new DocumentFault(`${noun} must be an object, not ${describe(node)}`, node);
}

/** Reads a member that is one value or a list of at least one. */
export function readList<T>(member: JsonMember, read: (node: JsonNode) => T): T[] {
  const nodes = member.value.type === 'array' ? member.value.items : [member.value];
  if (nodes.length === 0) throw new DocumentFault(`"${member.name}" is empty; name at least one`, member.value);
  return nodes.map(read);
}

/** Reads a value that must be a string. */
export function readText(node: JsonNode, noun: string): string {
  if (node.type === 'scalar' && typeof node.value === 'string') return node.value;
  throw new DocumentFault(`${noun} must be a string, not ${describe(node)}`, node);
}

/** What a value is, for a sentence. */
export function describe(node: JsonNode): string {
  if (node.type === 'scalar') return JSON.stringify(node.value);
  return node.type === 'array' ? 'an array' : 'an object';
}
