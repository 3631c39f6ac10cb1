import { type JsonValue } from '#thingcore/errors';
import { type Evaluation, NO_VARIABLES, type RuleVariables } from './evaluation.js';
import { jsonText, toJson } from './json-text.js';
import { type MatchedRule, type UnmatchedRule } from './rule-result.js';
import { type SqlValue } from './values.js';

/** What every message that WHERE keeps out gets. */
export const WHERE_FAILED: UnmatchedRule = Object.freeze({
  matched: false,
  reason: 'where',
  clause: 'WHERE',
  explanation: 'The WHERE clause is not true',
});

/** `SELECT *` alone: the bytes as they came, JSON or not; they are parsed only when someone asks for the value. */
export class WholePayload implements MatchedRule {
  readonly matched = true;
  readonly output: Uint8Array;
  readonly variables: RuleVariables;
  readonly #evaluation: Evaluation;

  constructor(evaluation: Evaluation) {
    this.output = evaluation.message.payload;
    this.variables = evaluation.variables;
    this.#evaluation = evaluation;
  }

  get value(): JsonValue | undefined {
    return toJson(this.#evaluation.payload());
  }

  get encoding(): 'json' | 'binary' {
    return this.#evaluation.payload() === undefined ? 'binary' : 'json';
  }
}

/** What SELECT built. AWS: Undefined alone serialises to nothing. */
export class SelectedValue implements MatchedRule {
  readonly matched = true;
  readonly encoding = 'json';
  readonly output: Uint8Array;
  readonly variables: RuleVariables;
  readonly #selected: SqlValue;

  constructor(selected: SqlValue, variables: RuleVariables) {
    this.output = Buffer.from(selected === undefined ? '' : jsonText(selected), 'utf8');
    this.variables = variables;
    this.#selected = selected;
  }

  get value(): JsonValue | undefined {
    return toJson(this.#selected);
  }
}

/** Texts up to this length make no output that is over the limit. */
const LIGHT_CHARACTERS = 1024;

/** Whether a column is JSON as it is, and small. */
export function isLight(value: SqlValue): boolean {
  if (typeof value === 'number' || typeof value === 'boolean' || value === null) return true;
  return typeof value === 'string' && value.length <= LIGHT_CHARACTERS;
}

/** Columns that are all light: JSON as they are, written out only when somebody wants the bytes. */
export class LightSelection implements MatchedRule {
  readonly value: JsonValue;
  // Not one of `#`, which takes time to set up in each object.
  private written: Uint8Array | undefined = undefined;

  constructor(columns: Record<string, JsonValue>) {
    this.value = columns;
  }

  get matched(): true {
    return true;
  }

  get encoding(): 'json' {
    return 'json';
  }

  get output(): Uint8Array {
    return (this.written ??= Buffer.from(JSON.stringify(this.value), 'utf8'));
  }

  get variables(): RuleVariables {
    return NO_VARIABLES;
  }
}
