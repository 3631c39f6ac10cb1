import { describeJson, DocumentFault, objectMembers, type JsonNode } from '#thingcore/policy';
import type { TemplateValue } from './template-value.js';

/** The section `Mappings`: map, top-level key, second-level key, value. */
export type Mappings = ReadonlyMap<string, ReadonlyMap<string, ReadonlyMap<string, TemplateValue>>>;

/** Reads the section. Its values are literals: strings and lists of strings. */
export function readMappings(section: JsonNode | undefined): Mappings {
  if (section === undefined) return new Map();
  return mapOf(section, '"Mappings"', (map) =>
    mapOf(map, 'A mapping', (group) => mapOf(group, 'A key of a mapping', readLiteral)),
  );
}

function mapOf<T>(node: JsonNode, noun: string, read: (value: JsonNode) => T): ReadonlyMap<string, T> {
  return new Map(objectMembers(node, noun).map(({ name, value }) => [name, read(value)]));
}

function readLiteral(node: JsonNode): TemplateValue {
  return node.type === 'array' ? node.items.map(readString) : readString(node);
}

function readString(node: JsonNode): string {
  if (node.type === 'scalar' && typeof node.value === 'string') return node.value;
  // AWS: "You can't include parameters, pseudo parameters, or intrinsic functions in the Mappings section."
  throw new DocumentFault(
    `A mapped value is a string or a list of strings, without functions, not ${describeJson(node)}`,
    node,
  );
}
