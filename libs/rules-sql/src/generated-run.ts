import { type Statement } from './ast.js';
import { type CompileContext } from './compile-context.js';
import { compileExpression } from './compile-expression.js';
import { type Dialect } from './dialect.js';
import { type RuleEnvironment } from './environment.js';
import { Evaluation, type Evaluator, NO_VARIABLES } from './evaluation.js';
import { EvaluationAborted } from './evaluation-aborted.js';
import {
  addFast,
  divideFast,
  equalsFast,
  isAtMost,
  isLess,
  LeftToClosures,
  linearFast,
  multiplyFast,
  remainderFast,
  subtractFast,
} from './fast-arithmetic.js';
import { generateCode, type LIBRARY } from './generate-code.js';
import { type RuleMessage } from './message.js';
import { and } from './operators.js';
import { type RuleResult, type UnmatchedRule } from './rule-result.js';
import { isLight, LightSelection, SelectedValue, WHERE_FAILED } from './selected-value.js';
import { isObject } from './values.js';

/** A statement without external calls. */
export type SynchronousRun = (message: RuleMessage, environment: RuleEnvironment) => RuleResult;

/** Makes a function of a body and the names of its parameters, as `compileFunction` of `node:vm` does. */
export type CodeCompiler = (body: string, parameters: readonly string[]) => unknown;

type Library = Readonly<Record<(typeof LIBRARY)[number], unknown>>;

/**
 * A statement as code of its own, several times as fast as its closures; undefined where nothing is won. To be used for
 * statements that run often: the engine has to compile the code. What it meets of large values it leaves to `closures`.
 */
export function generateRun(
  statement: Statement,
  context: CompileContext,
  compileCode: CodeCompiler,
  closures: SynchronousRun,
): SynchronousRun | undefined {
  const { dialect } = context;
  const code = generateCode(statement, dialect);
  if (code === undefined) return undefined;
  const other = code.other.map((node) => compileExpression(node, context, 'payload'));
  return compiled(code.source, compileCode)(libraryOf(dialect, closures), other);
}

type MakeRun = (library: Library, other: readonly Evaluator[]) => SynchronousRun;

/** How many sources are remembered for each compiler. */
const MOST_SOURCES = 256;

const compiledBy = new WeakMap<CodeCompiler, Map<string, MakeRun>>();

/**
 * The code of a source, compiled once: rules that differ only in their topics, as those of many tenants do, run the same
 * machine code, which the processor then has at hand. It holds nothing of a rule. The source used longest ago is forgotten.
 */
function compiled(source: string, compileCode: CodeCompiler): MakeRun {
  const sources = compiledBy.get(compileCode) ?? new Map<string, MakeRun>();
  compiledBy.set(compileCode, sources);
  const make = sources.get(source) ?? (compileCode(source, ['library', 'other']) as MakeRun);
  sources.delete(source);
  sources.set(source, make);
  if (sources.size > MOST_SOURCES) sources.delete(sources.keys().next().value!);
  return make;
}

function libraryOf(dialect: Dialect, closures: SynchronousRun): Library {
  const start = (message: RuleMessage, environment: RuleEnvironment, clause: 'WHERE' | 'SELECT') => {
    const evaluation = new Evaluation(message, environment, dialect, NO_VARIABLES);
    evaluation.clause = clause;
    return evaluation;
  };
  const aborted = (
    error: unknown,
    evaluation: Evaluation | undefined,
    message: RuleMessage,
    environment: RuleEnvironment,
  ) => (error instanceof LeftToClosures ? closures(message, environment) : unmatched(error, evaluation));
  return {
    dialect,
    start,
    aborted,
    isLight,
    LightSelection,
    SelectedValue,
    NO_VARIABLES,
    WHERE_FAILED,
    hasOwn: Object.hasOwn,
    isObject,
    equalsFast,
    and,
    addFast,
    subtractFast,
    multiplyFast,
    linearFast,
    divideFast,
    remainderFast,
    isLess,
    isAtMost,
  };
}

/** An evaluation that began in SELECT was started there: WHERE did not need one. */
function unmatched(error: unknown, evaluation: Evaluation | undefined): UnmatchedRule {
  if (!(error instanceof EvaluationAborted)) throw error;
  return { matched: false, reason: error.reason, clause: evaluation?.clause ?? 'SELECT', explanation: error.message };
}
