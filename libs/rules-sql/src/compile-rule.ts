import { type JsonValue } from '#thingcore/errors';
import { type Statement } from './ast.js';
import { CompileContext } from './compile-context.js';
import { compileCondition, compileExpression } from './compile-expression.js';
import { compileSelection, isWholeInput } from './compile-selection.js';
import { type Dialect, dialectOf, type SqlVersion } from './dialect.js';
import { type ExternalFunctionName, type RuleEnvironment } from './environment.js';
import { Evaluation, type Evaluator, NO_VARIABLES, type RuleVariables } from './evaluation.js';
import { EvaluationAborted } from './evaluation-aborted.js';
import { type ExternalCalls, runWithExternalCalls } from './external-calls.js';
import { jsonText, toJson } from './json-text.js';
import { MAX_VARIABLES_BYTES } from './limits.js';
import { type RuleMessage } from './message.js';
import { parseStatement } from './parse-statement.js';
import { type MatchedRule, type RuleResult, type UnmatchedRule } from './rule-result.js';
import { type SqlValue } from './values.js';

/** Options of {@link compileRule}. */
export interface RuleOptions {
  /** `awsIotSqlVersion`. AWS: 2015-10-08 when absent; the caller applies that default, ours is 2016-03-23. */
  readonly sqlVersion?: SqlVersion;
}

/** A statement ready to be run on messages. It keeps no state between them. */
export interface CompiledRule {
  readonly sql: string;
  readonly sqlVersion: SqlVersion;
  /** The filter after FROM, well-formed by MQTT but of any length; absent when only Basic Ingest reaches the rule. */
  readonly topicFilter: string | undefined;
  /** The external functions in use; empty means that `evaluate` is synchronous. */
  readonly needs: readonly ExternalFunctionName[];
  /** The names of the SET variables, for {@link compileTemplate}. */
  readonly variables: readonly string[];
  /**
   * Runs SET, WHERE and SELECT; topics are not compared. Never throws when `needs` is empty; otherwise the promise
   * rejects with the error of a look-up that failed, or `NotImplemented` when the environment does not offer it.
   */
  evaluate(message: RuleMessage, environment: RuleEnvironment): RuleResult | Promise<RuleResult>;
}

/** Compiles a rule statement. Throws `SqlParse` with details {line, column} and a message that names the way out. */
export function compileRule(sql: string, options: RuleOptions = {}): CompiledRule {
  const dialect = dialectOf(options.sqlVersion ?? '2016-03-23');
  const statement = parseStatement(sql, dialect);
  const context = new CompileContext(sql, dialect, []);
  const run = compileStatement(statement, context);
  const { needs } = context;
  return {
    sql,
    sqlVersion: dialect.version,
    topicFilter: statement.topicFilter,
    needs,
    variables: statement.assignments.map(({ name }) => name),
    evaluate: needs.length === 0 ? runGuarded(run, dialect) : runAsynchronously(run, dialect),
  };
}

type Run = (evaluation: Evaluation) => RuleResult;

const WHERE_FAILED: UnmatchedRule = Object.freeze({
  matched: false,
  reason: 'where',
  explanation: 'The WHERE clause is not true',
});

/** AWS: the order is SET, WHERE, SELECT; names of AS do not exist in WHERE. */
function compileStatement(statement: Statement, context: CompileContext): Run {
  const assign = compileAssignments(statement, context);
  const passes = statement.where && compileCondition(statement.where, context, 'payload');
  const { selection } = statement;
  const select = compileSelection(selection, 'payload', (node) => compileExpression(node, context, 'payload'));
  const isWhole = isWholeInput(selection);
  return (evaluation) => {
    assign?.(evaluation);
    if (passes && !passes(evaluation, undefined)) return WHERE_FAILED;
    if (isWhole) return new WholePayload(evaluation);
    return new SelectedValue(select(evaluation, undefined), evaluation.variables);
  };
}

/** Variables are visible from the assignment after their own. */
function compileAssignments(
  { assignments }: Statement,
  context: CompileContext,
): ((evaluation: Evaluation) => void) | undefined {
  const compiled: { name: string; value: Evaluator }[] = [];
  for (const { name, value } of assignments) {
    compiled.push({ name, value: compileExpression(value, context, 'payload') });
    context.variables.add(name);
  }
  if (compiled.length === 0) return undefined;
  return (evaluation) => {
    const variables = new Map<string, SqlValue>();
    evaluation.variables = variables;
    let bytes = 0;
    for (const { name, value } of compiled) {
      const assigned = value(evaluation, undefined);
      bytes += variableBytes(assigned);
      if (bytes > MAX_VARIABLES_BYTES) {
        const problem = `The SET variables take over ${MAX_VARIABLES_BYTES} bytes as JSON, reached at @${name}`;
        throw new EvaluationAborted('limit', problem);
      }
      variables.set(name, assigned);
    }
  };
}

/** AWS: measured as minified JSON in UTF-8. */
function variableBytes(value: SqlValue): number {
  return value === undefined ? 0 : Buffer.byteLength(jsonText(value), 'utf8');
}

/** `SELECT *` alone: the bytes as they came, JSON or not; they are parsed only when someone asks for the value. */
class WholePayload implements MatchedRule {
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
class SelectedValue implements MatchedRule {
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

function runGuarded(run: Run, dialect: Dialect) {
  return (message: RuleMessage, environment: RuleEnvironment, calls?: ExternalCalls): RuleResult => {
    try {
      return run(new Evaluation(message, environment, dialect, NO_VARIABLES, calls));
    } catch (error) {
      if (!(error instanceof EvaluationAborted)) throw error;
      return { matched: false, reason: error.reason, explanation: error.message };
    }
  };
}

function runAsynchronously(run: Run, dialect: Dialect): CompiledRule['evaluate'] {
  const guarded = runGuarded(run, dialect);
  return (message, environment) =>
    runWithExternalCalls(environment, (recorded, calls) => guarded(message, recorded, calls));
}
