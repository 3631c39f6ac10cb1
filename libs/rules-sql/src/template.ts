import { type JsonValue } from '#thingcore/errors';
import { CompileContext } from './compile-context.js';
import { compileExpression } from './compile-expression.js';
import { toText } from './conversions.js';
import { type Dialect, dialectOf, type SqlVersion } from './dialect.js';
import { type ExternalFunctionName, type RuleEnvironment } from './environment.js';
import { Evaluation, type Evaluator, NO_VARIABLES, type RuleVariables } from './evaluation.js';
import { EvaluationAborted } from './evaluation-aborted.js';
import { type ExternalCalls, runWithExternalCalls } from './external-calls.js';
import { toJson } from './json-text.js';
import { type RuleMessage } from './message.js';
import { ExpressionParser } from './parse-expression.js';
import { refuseTooLong } from './parse-statement.js';
import { TokenStream } from './token-stream.js';

/** Options of {@link compileTemplate}. */
export interface TemplateOptions {
  /** The version of the rule that the action belongs to; 2016-03-23 when absent. */
  readonly sqlVersion?: SqlVersion;
  /** The variables of that rule: {@link CompiledRule.variables}. Another name is refused. */
  readonly variables?: readonly string[];
}

/** The text of an action's parameter with its `${expr}` pieces ready to be evaluated. */
export interface CompiledTemplate {
  readonly text: string;
  /** True when there is no `${expr}` in it: every evaluation gives the text itself. */
  readonly isConstant: boolean;
  /** The external functions in use; empty means that both evaluations are synchronous. */
  readonly needs: readonly ExternalFunctionName[];
  /**
   * The text with the pieces filled in from the original message; undefined when a piece is Undefined or Null, which
   * have no text. `variables` are those of the rule's result.
   */
  evaluate(
    message: RuleMessage,
    environment: RuleEnvironment,
    variables?: RuleVariables,
  ): string | undefined | Promise<string | undefined>;
  /** The value itself when the text is exactly one `${expr}`, with its type; otherwise the text as `evaluate` gives it. */
  evaluateValue(
    message: RuleMessage,
    environment: RuleEnvironment,
    variables?: RuleVariables,
  ): JsonValue | undefined | Promise<JsonValue | undefined>;
}

const OPENING = '${';

/** AWS: a substitution template cannot decode protobuf messages. */
const REFUSED: ReadonlyMap<ExternalFunctionName, string> = new Map([
  ['decode_proto', "decode(..., 'proto', ...) is not allowed in substitution templates; do it in a SET variable"],
]);

/** Compiles a text with substitution templates. Throws `SqlParse` with the place within the text. */
export function compileTemplate(text: string, options: TemplateOptions = {}): CompiledTemplate {
  refuseTooLong(text, 'template');
  const dialect = dialectOf(options.sqlVersion ?? '2016-03-23');
  const context = new CompileContext(text, dialect, options.variables ?? [], REFUSED);
  const pieces = splitTemplate(text, context);
  const [only] = pieces;
  const join: Evaluator = (evaluation) => joinPieces(pieces, evaluation);
  const whole = pieces.length === 1 && typeof only === 'function' ? only : join;
  return {
    text,
    isConstant: pieces.every((piece) => typeof piece === 'string'),
    needs: context.needs,
    evaluate: runner(join, dialect, context.needs, (value) => (typeof value === 'string' ? value : undefined)),
    evaluateValue: runner(whole, dialect, context.needs, toJson),
  };
}

/** Literal text and compiled expressions in turn. An expression ends where its parser says, not at the first brace. */
function splitTemplate(text: string, context: CompileContext): (string | Evaluator)[] {
  const pieces: (string | Evaluator)[] = [];
  let position = 0;
  for (let open = text.indexOf(OPENING); open >= 0; open = text.indexOf(OPENING, position)) {
    if (open > position) pieces.push(text.slice(position, open));
    const tokens = new TokenStream(text, open + OPENING.length);
    const expression = new ExpressionParser(tokens, context.dialect).expression();
    position = tokens.expectSymbol('}', 'to close the substitution template').end;
    pieces.push(compileExpression(expression, context, 'payload'));
  }
  if (position < text.length || pieces.length === 0) pieces.push(text.slice(position));
  return pieces;
}

function joinPieces(pieces: readonly (string | Evaluator)[], evaluation: Evaluation): string | undefined {
  let joined = '';
  for (const piece of pieces) {
    const part = typeof piece === 'string' ? piece : toText(piece(evaluation, undefined));
    if (part === undefined) return undefined;
    joined += part;
  }
  return joined;
}

function runner<Result>(
  evaluate: Evaluator,
  dialect: Dialect,
  needs: readonly ExternalFunctionName[],
  finish: (value: ReturnType<Evaluator>) => Result | undefined,
) {
  const run = (
    message: RuleMessage,
    environment: RuleEnvironment,
    variables: RuleVariables,
    calls?: ExternalCalls,
  ): Result | undefined => {
    try {
      return finish(evaluate(new Evaluation(message, environment, dialect, variables, calls), undefined));
    } catch (error) {
      if (error instanceof EvaluationAborted) return undefined; // A value over the bounds is as good as none.
      throw error;
    }
  };
  return (message: RuleMessage, environment: RuleEnvironment, variables: RuleVariables = NO_VARIABLES) =>
    needs.length === 0
      ? run(message, environment, variables)
      : runWithExternalCalls(environment, (recorded, calls) => run(message, recorded, variables, calls));
}
