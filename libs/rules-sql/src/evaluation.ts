import { type Dialect } from './dialect.js';
import { type RuleEnvironment } from './environment.js';
import { EvaluationAborted } from './evaluation-aborted.js';
import { type ExternalCalls } from './external-calls.js';
import { ELEMENT_WORK, EXPRESSION_WORK, MAX_WORK, ROW_WORK, SHORT_TEXT } from './limits.js';
import { type RuleMessage } from './message.js';
import { isArray, type SqlValue } from './values.js';

/** The values of the SET variables of one evaluation, by name. Opaque outside of the library: hand it to templates. */
export type RuleVariables = ReadonlyMap<string, SqlValue>;

/** No variables at all. */
export const NO_VARIABLES: RuleVariables = new Map();

/** All that one evaluation of one statement or template knows. */
export class Evaluation {
  readonly message: RuleMessage;
  readonly environment: RuleEnvironment;
  readonly dialect: Dialect;
  /** Replaced by a map of its own where the statement has a SET clause. */
  variables: RuleVariables;
  readonly externalCalls: ExternalCalls | undefined;
  /** The clause that is being evaluated. */
  clause: 'SET' | 'WHERE' | 'SELECT' = 'SET';
  #workLeft = MAX_WORK;

  constructor(
    message: RuleMessage,
    environment: RuleEnvironment,
    dialect: Dialect,
    variables: RuleVariables,
    externalCalls?: ExternalCalls,
  ) {
    this.message = message;
    this.environment = environment;
    this.dialect = dialect;
    this.variables = variables;
    this.externalCalls = externalCalls;
  }

  /** The whole payload as JSON. */
  payload(): SqlValue {
    return this.message.payloadValue(this.dialect);
  }

  /** Counts work against the bound of an evaluation; see MAX_WORK. */
  spend(work: number): void {
    this.#workLeft -= work;
    if (this.#workLeft < 0) {
      throw new EvaluationAborted('limit', 'The evaluation takes too much work: large texts, many rows or both');
    }
  }

  /** Counts a row, so that queries nested over each other end, with the number of expressions evaluated in it. */
  visitRow(expressions: number): void {
    this.spend(ROW_WORK + expressions * EXPRESSION_WORK);
  }

  /** Counts a text that was read, so that rows which read large ones end. */
  read(value: SqlValue): void {
    if (typeof value === 'string' && value.length > SHORT_TEXT) this.spend(value.length);
  }

  /** Counts a value that was read or made, so that rows of large values end. */
  handle(value: SqlValue): void {
    if (typeof value === 'string') {
      if (value.length > SHORT_TEXT) this.spend(value.length);
    } else if (isArray(value)) this.spend(value.length * ELEMENT_WORK);
  }
}

/** A compiled expression; `row` is what names refer to inside a nested query, and unused outside of one. */
export type Evaluator = (evaluation: Evaluation, row: SqlValue) => SqlValue;
