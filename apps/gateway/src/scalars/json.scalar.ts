import { GraphQLError, GraphQLScalarType, Kind, type ValueNode } from 'graphql';
import type { JsonValue } from '#thingcore/errors';

type Variables = Readonly<Record<string, unknown>> | null | undefined;

/** Any JSON value, in and out as it is. */
export const JsonScalar = new GraphQLScalarType<JsonValue, JsonValue>({
  name: 'JSON',
  description: 'Any JSON value: an object, an array, a string, a number, true, false or null.',
  specifiedByURL: 'https://www.rfc-editor.org/rfc/rfc8259',
  serialize: (value) => value as JsonValue,
  parseValue: (value) => value as JsonValue,
  parseLiteral: (node, variables) => jsonOfLiteral(node, variables),
});

function jsonOfLiteral(node: ValueNode, variables: Variables): JsonValue {
  switch (node.kind) {
    case Kind.STRING:
    case Kind.BOOLEAN:
      return node.value;
    case Kind.INT:
    case Kind.FLOAT:
      return Number(node.value);
    case Kind.NULL:
      return null;
    case Kind.LIST:
      return node.values.map((value) => jsonOfLiteral(value, variables));
    case Kind.OBJECT:
      // fromEntries defines "__proto__" as a key like any other, which an assignment would not.
      return Object.fromEntries(
        node.fields.map(({ name, value }) => [name.value, jsonOfLiteral(value, variables)] as const),
      );
    case Kind.VARIABLE:
      return (variables?.[node.name.value] ?? null) as JsonValue;
    case Kind.ENUM:
      throw new GraphQLError(`JSON has no bare word ${node.value}: write it as a string, in quotes`, { nodes: node });
  }
}
