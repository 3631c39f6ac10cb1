import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import type { JsonObject, JsonValue } from '#thingcore/errors';

/** A JSON value as DynamoDB stores it. AWS: types follow from those of JSON. */
export function toAttributeValue(value: JsonValue): AttributeValue {
  if (value === null) return { NULL: true };
  switch (typeof value) {
    case 'string':
      return { S: value };
    case 'number':
      return { N: String(value) };
    case 'boolean':
      return { BOOL: value };
    default:
      return Array.isArray(value) ? { L: value.map(toAttributeValue) } : { M: toItem(value) };
  }
}

/** The columns of a row. */
export function toItem(object: JsonObject): Record<string, AttributeValue> {
  return Object.fromEntries(Object.entries(object).map(([name, value]) => [name, toAttributeValue(value)]));
}

/** A stored row as JSON; sets become arrays and bytes base64 text. */
export function fromItem(item: Readonly<Record<string, AttributeValue>>): JsonObject {
  return Object.fromEntries(Object.entries(item).map(([name, value]) => [name, fromAttributeValue(value)]));
}

function fromAttributeValue(value: AttributeValue): JsonValue {
  if (value.S !== undefined) return value.S;
  if (value.N !== undefined) return Number(value.N);
  if (value.BOOL !== undefined) return value.BOOL;
  if (value.L !== undefined) return value.L.map(fromAttributeValue);
  if (value.M !== undefined) return fromItem(value.M);
  if (value.B !== undefined) return base64(value.B);
  if (value.SS !== undefined) return value.SS;
  if (value.NS !== undefined) return value.NS.map(Number);
  if (value.BS !== undefined) return value.BS.map(base64);
  return null;
}

function base64(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('base64');
}
