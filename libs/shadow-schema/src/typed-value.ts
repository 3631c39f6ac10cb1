import type { JsonObject, JsonValue } from '#thingcore/errors';
import { isOfKind } from './find-faults.js';
import { isJsonObject } from './keywords.js';
import type { NumberModel, ObjectModel, ValueModel } from './shadow-model.js';

const INT_32 = 2 ** 31;

/** Whether the schema says that a number fits `Int` of GraphQL, which has 32 bits. */
export function isInt32({ isInteger, choices, ...bounds }: NumberModel): boolean {
  if (!isInteger) return false;
  if (choices) return choices.every((choice) => choice >= -INT_32 && choice < INT_32);
  const low = Math.max(bounds.minimum ?? -Infinity, bounds.exclusiveMinimum ?? -Infinity);
  const high = Math.min(bounds.maximum ?? Infinity, bounds.exclusiveMaximum ?? Infinity);
  return low >= -INT_32 && high < INT_32;
}

/**
 * A value as the type of its field can show it; null where it cannot. A number that is out of its bounds is shown as it is:
 * it is wrong, but it is a number.
 */
export function shownValue(model: ValueModel, value: JsonValue | undefined): JsonValue {
  if (value === undefined || value === null || !isOfKind(model, value)) return null;
  if (model.kind === 'list') return (value as JsonValue[]).map((element) => shownValue(model.items, element));
  if (model.kind === 'text' && model.choices) {
    return model.choices.some(({ text }) => text === value) ? value : null;
  }
  if (model.kind === 'number' && isInt32(model)) {
    const number = value as number;
    return number >= -INT_32 && number < INT_32 ? number : null;
  }
  return value;
}

/** The state that an input of GraphQL stands for: properties in place of the names of its fields. */
export function toState(model: ObjectModel, input: Readonly<Record<string, unknown>>): JsonObject {
  const state: JsonObject = {};
  for (const { name, property, value } of model.fields) {
    const given = Object.hasOwn(input, name) ? input[name] : undefined;
    if (given !== undefined) state[property] = toStateValue(value, given);
  }
  return state;
}

function toStateValue(model: ValueModel, given: unknown): JsonValue {
  if (Array.isArray(given) && model.kind === 'list') return given.map((element) => toStateValue(model.items, element));
  if (model.kind === 'object' && hasFields(model) && isJsonObject(given)) return toState(model, given);
  return given as JsonValue;
}

/** Whether the object has a GraphQL type of its own; else it is JSON. */
export function hasFields({ fields }: ObjectModel): boolean {
  return fields.length > 0;
}
