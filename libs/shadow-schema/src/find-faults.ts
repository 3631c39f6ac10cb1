import type { JsonObject, JsonValue } from '#thingcore/errors';
import { isJsonObject } from './keywords.js';
import { MOST_FAULTS } from './schema-limits.js';
import type { Fault, FieldModel, ListModel, NumberModel, ObjectModel, TextModel, ValueModel } from './shadow-model.js';
import { TEXT_FORMATS } from './text-formats.js';

/** How a state is looked at. */
interface View {
  /** Whether properties may be left out, as in what is desired; null then removes one. */
  readonly isPatch: boolean;
  /** Whether it is desired, which what is read-only cannot be. */
  readonly isDesired: boolean;
}

/** What a device reports, which is a whole state: what is required has to be there. */
const REPORTED: View = { isPatch: false, isDesired: false };

/** What is desired: whatever shall change. */
const DESIRED: View = { isPatch: true, isDesired: true };

/** What is wrong with a desired state, or with a change of it. At most {@link MOST_FAULTS}. */
export function faultsOfDesired(model: ObjectModel, state: JsonObject): Fault[] {
  return new FaultFinder().find(model, state, DESIRED);
}

/** What is wrong with a reported state. At most {@link MOST_FAULTS}. */
export function faultsOfReported(model: ObjectModel, state: JsonObject): Fault[] {
  return new FaultFinder().find(model, state, REPORTED);
}

class FaultFinder {
  private readonly faults: Fault[] = [];

  find(model: ObjectModel, state: JsonObject, view: View): Fault[] {
    this.ofObject(model, state, '', view);
    return this.faults;
  }

  private add(path: string, value: JsonValue | undefined, message: string): void {
    if (this.faults.length < MOST_FAULTS) this.faults.push({ path, message, value });
  }

  private ofValue(model: ValueModel, value: JsonValue, path: string, view: View): void {
    if (model.kind === 'any') return;
    if (value === null) {
      if (!model.nullable) this.add(path, value, `is null: it must be ${nounOf(model)}`);
      return;
    }
    if (!isOfKind(model, value)) return this.add(path, value, `is ${textOf(value)}: it must be ${nounOf(model)}`);
    if (model.kind === 'object') return this.ofObject(model, value as JsonObject, path, view);
    if (model.kind === 'list') return this.ofList(model, value as JsonValue[], path, view);
    const fault = faultOfLeaf(model, value);
    if (fault !== undefined) this.add(path, value, `is ${textOf(value)}: it must ${fault}`);
  }

  private ofObject(model: ObjectModel, value: JsonObject, path: string, view: View): void {
    for (const field of model.fields) this.ofField(field, value, join(path, field.property), view);
    const known = new Set(model.fields.map(({ property }) => property));
    for (const [property, held] of Object.entries(value)) {
      if (known.has(property) || (held === null && view.isPatch)) continue;
      const place = join(path, property);
      if (model.others === undefined) {
        this.add(place, held, `is not in the schema: take it out${suggestion(known)}`);
      } else {
        this.ofValue(model.others, held, place, view);
      }
    }
  }

  private ofField(field: FieldModel, holder: JsonObject, path: string, view: View): void {
    const value = Object.hasOwn(holder, field.property) ? holder[field.property] : undefined;
    if (value === undefined) {
      const isExpected = field.isRequired && !view.isPatch && !(field.isReadOnly && view.isDesired);
      if (isExpected) this.add(path, undefined, `is missing: it must be ${nounOf(field.value)}`);
      return;
    }
    // Shadows: null removes a property, which is always right.
    if (value === null && view.isPatch) return;
    if (field.isReadOnly && view.isDesired) {
      return this.add(path, value, 'is read-only: the device alone says it, take it out of what is desired');
    }
    this.ofValue(field.value, value, path, view);
  }

  /** Shadows: a list is always set as a whole, so its elements are whole, too. */
  private ofList({ items, minItems, maxItems }: ListModel, value: JsonValue[], path: string, view: View): void {
    const { length } = value;
    if (minItems !== undefined && length < minItems)
      this.add(path, value, `has ${length} elements: it must have at least ${minItems}`);
    if (maxItems !== undefined && length > maxItems)
      this.add(path, value, `has ${length} elements: it must have at most ${maxItems}`);
    for (const [index, element] of value.entries()) {
      this.ofValue(items, element, join(path, String(index)), { ...view, isPatch: false });
    }
  }
}

/** Whether a value is of the type that its schema says, whatever else that asks for. */
export function isOfKind(model: ValueModel, value: JsonValue): boolean {
  switch (model.kind) {
    case 'any':
      return true;
    case 'text':
      return typeof value === 'string';
    case 'number':
      return typeof value === 'number' && (!model.isInteger || Number.isInteger(value));
    case 'boolean':
      return typeof value === 'boolean';
    case 'list':
      return Array.isArray(value);
    case 'object':
      return isJsonObject(value);
  }
}

function faultOfLeaf(model: ValueModel, value: JsonValue): string | undefined {
  if (model.kind === 'text') return faultOfText(model, value as string);
  if (model.kind === 'number') return faultOfNumber(model, value as number);
  if (model.kind !== 'boolean' || !model.choices || model.choices.includes(value as boolean)) return undefined;
  return `be ${String(model.choices[0])}`;
}

function faultOfText(model: TextModel, text: string): string | undefined {
  const { choices, minLength, maxLength, pattern, format } = model;
  if (choices && !choices.some((choice) => choice.text === text)) {
    return `be one of ${choices.map((choice) => JSON.stringify(choice.text)).join(', ')}`;
  }
  // JSON Schema counts characters, not the units that a text is stored in.
  const length = minLength === undefined && maxLength === undefined ? 0 : [...text].length;
  if (minLength !== undefined && length < minLength) return `have at least ${minLength} characters`;
  if (maxLength !== undefined && length > maxLength) return `have at most ${maxLength} characters`;
  if (pattern && !pattern.matches(text)) return `match ${pattern.source}`;
  if (format !== undefined && TEXT_FORMATS.get(format)?.(text) === false) return `have the format ${format}`;
  return undefined;
}

function faultOfNumber(model: NumberModel, value: number): string | undefined {
  const { choices, minimum, maximum, exclusiveMinimum, exclusiveMaximum } = model;
  if (choices && !choices.includes(value)) return `be one of ${choices.join(', ')}`;
  if (minimum !== undefined && value < minimum) return `be at least ${minimum}`;
  if (maximum !== undefined && value > maximum) return `be at most ${maximum}`;
  if (exclusiveMinimum !== undefined && value <= exclusiveMinimum) return `be more than ${exclusiveMinimum}`;
  if (exclusiveMaximum !== undefined && value >= exclusiveMaximum) return `be less than ${exclusiveMaximum}`;
  return undefined;
}

function nounOf(model: ValueModel): string {
  switch (model.kind) {
    case 'any':
      return 'there';
    case 'text':
      return 'a text';
    case 'number':
      return model.isInteger ? 'a whole number' : 'a number';
    case 'boolean':
      return 'true or false';
    case 'list':
      return 'a list';
    case 'object':
      return 'an object';
  }
}

/** A value in a message, shortened. */
function textOf(value: JsonValue): string {
  const text = JSON.stringify(value);
  return text.length <= 60 ? text : `${text.slice(0, 57)}...`;
}

function suggestion(known: ReadonlySet<string>): string {
  const names = [...known];
  if (names.length === 0 || names.length > 20) return '';
  return `, or use ${names.join(', ')}`;
}

function join(path: string, name: string): string {
  return path === '' ? name : `${path}.${name}`;
}
