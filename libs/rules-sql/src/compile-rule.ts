import { type Statement } from './ast.js';
import { CompileContext, type Observer } from './compile-context.js';
import { compileCondition, compileExpression } from './compile-expression.js';
import { compileSelection, isWholeInput } from './compile-selection.js';
import { type Dialect, dialectOf, type SqlVersion } from './dialect.js';
import { type ExternalFunctionName, type RuleEnvironment } from './environment.js';
import { Evaluation, type Evaluator, NO_VARIABLES } from './evaluation.js';
import { EvaluationAborted } from './evaluation-aborted.js';
import { type CodeCompiler, generateRun, type SynchronousRun } from './generated-run.js';
import { type ExternalCalls, runWithExternalCalls } from './external-calls.js';
import { jsonText } from './json-text.js';
import { MAX_VARIABLES_BYTES } from './limits.js';
import { type RuleMessage } from './message.js';
import { parseStatement } from './parse-statement.js';
import { type RuleResult } from './rule-result.js';
import { SelectedValue, WHERE_FAILED, WholePayload } from './selected-value.js';
import { type SqlValue } from './values.js';

/** Options of {@link compileRule}. */
export interface RuleOptions {
  /** `awsIotSqlVersion`. AWS: 2015-10-08 when absent; the caller applies that default, ours is 2016-03-23. */
  readonly sqlVersion?: SqlVersion;
  /** Lets statements that run often continue as generated code: `compileFunction` of `node:vm`. Without it none does. */
  readonly compileCode?: CodeCompiler;
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
  return compileParsed(sql, parseStatement(sql, dialect), dialect, { compileCode: options.compileCode });
}

/** How a statement is compiled. */
export interface StatementOptions {
  readonly compileCode?: CodeCompiler | undefined;
  readonly observer?: Observer | undefined;
}

/** As {@link compileRule}, of a statement that is parsed already. */
export function compileParsed(
  sql: string,
  statement: Statement,
  dialect: Dialect,
  { compileCode, observer }: StatementOptions,
): CompiledRule {
  const context = new CompileContext(sql, dialect, [], undefined, observer);
  const run = compileStatement(statement, context);
  const { needs } = context;
  const closures = runGuarded(run, dialect);
  return {
    sql,
    sqlVersion: dialect.version,
    topicFilter: statement.topicFilter,
    needs,
    variables: statement.assignments.map(({ name }) => name),
    evaluate:
      needs.length > 0
        ? runAsynchronously(run, dialect)
        : compileCode === undefined
          ? closures
          : runOften(closures, () => generateRun(statement, context, compileCode, closures)),
  };
}

/** A statement that ran so often runs as generated code from then on: the others are not worth the memory. */
const OFTEN = 100;

function runOften(run: SynchronousRun, generate: () => SynchronousRun | undefined): SynchronousRun {
  let generated: SynchronousRun | undefined;
  let runs = 0;
  return (message, environment) => {
    // A call of its own, so that the engine sees one kind of function there.
    if (generated !== undefined) return generated(message, environment);
    if (runs < OFTEN && ++runs === OFTEN) generated = generate();
    return run(message, environment);
  };
}

type Run = (evaluation: Evaluation) => RuleResult;

/** AWS: the order is SET, WHERE, SELECT; names of AS do not exist in WHERE. */
function compileStatement(statement: Statement, context: CompileContext): Run {
  const assign = compileAssignments(statement, context);
  const passes = statement.where && compileCondition(statement.where, context, 'payload');
  const { selection } = statement;
  const select = compileSelection(selection, 'payload', (node) => compileExpression(node, context, 'payload'));
  const isWhole = isWholeInput(selection);
  return (evaluation) => {
    assign?.(evaluation);
    evaluation.clause = 'WHERE';
    if (passes && !passes(evaluation, undefined)) return WHERE_FAILED;
    evaluation.clause = 'SELECT';
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

function runGuarded(run: Run, dialect: Dialect) {
  return (message: RuleMessage, environment: RuleEnvironment, calls?: ExternalCalls): RuleResult => {
    const evaluation = new Evaluation(message, environment, dialect, NO_VARIABLES, calls);
    try {
      return run(evaluation);
    } catch (error) {
      if (!(error instanceof EvaluationAborted)) throw error;
      return { matched: false, reason: error.reason, clause: evaluation.clause, explanation: error.message };
    }
  };
}

function runAsynchronously(run: Run, dialect: Dialect): CompiledRule['evaluate'] {
  const guarded = runGuarded(run, dialect);
  return (message, environment) =>
    runWithExternalCalls(environment, (recorded, calls) => guarded(message, recorded, calls));
}
