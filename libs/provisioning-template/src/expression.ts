import type { JsonNode } from '#thingcore/policy';
import type { Deferred } from './evaluation.js';
import type { Mappings } from './mappings.js';
import type { TemplateValue } from './template-value.js';

/** A literal or function; `yields` says what it will be, where the text of the template shows it. */
export interface Expression extends Deferred<TemplateValue> {
  /** Where it stands, e.g. `Resources.thing.Properties.ThingName`. */
  readonly path: string;
  readonly yields: 'text' | 'list' | 'either';
}

/** A text; `literal` is there when no function is involved. */
export interface TextExpression extends Deferred<string> {
  readonly path: string;
  readonly literal?: string;
}

/** A list of texts. */
export interface ListExpression extends Deferred<readonly string[]> {
  readonly path: string;
}

/** What a function needs to read its arguments. */
export interface ArgumentReader {
  readonly mappings: Mappings;
  /** Reads a string, or a function that yields one. */
  text(node: JsonNode, noun: string): TextExpression;
  /** Reads an array of strings and functions, or a function that yields a list. */
  list(node: JsonNode, noun: string): ListExpression;
  /** The name of a parameter, which must be declared. */
  parameter(name: string, node: JsonNode): string;
}

/** Reads the argument of an intrinsic function. Throws a `DocumentFault`. */
export type FunctionReader = (argument: JsonNode, reader: ArgumentReader) => Expression;
