import { IotError } from '#thingcore/errors';
import { type CallExpression, type Expression } from './ast.js';
import { type CompileContext, type Scope } from './compile-context.js';
import { type ExternalFunctionName } from './environment.js';
import { type Evaluation, type Evaluator } from './evaluation.js';
import { EvaluationAborted } from './evaluation-aborted.js';
import { isSuspension } from './external-calls.js';
import { EXTERNAL_FUNCTIONS, externalNameOf, type ExternalRequest } from './external-functions.js';
import { FOREIGN_FUNCTIONS, nearest } from './foreign-sql.js';
import { FUNCTIONS } from './functions/function-table.js';
import { type SqlFunction } from './functions/sql-function.js';
import { encodeBytes } from './functions/structure-functions.js';
import { fromJson } from './json-parse.js';
import { jsonText } from './json-text.js';
import { CALL_WORK } from './limits.js';
import { type SqlValue } from './values.js';

const GET_OR_DEFAULT = 'get_or_default';
const UNDEFINED: Evaluator = () => undefined;

/** Compiles one argument. */
export type ArgumentCompiler = (expression: Expression, scope: Scope) => Evaluator;

/** Compiles a call; refuses unknown functions and those of a later version. A wrong count of arguments is Undefined. */
export function compileCall(
  call: CallExpression,
  context: CompileContext,
  scope: Scope,
  compile: ArgumentCompiler,
): Evaluator {
  const externalName = externalNameOf(call.name, call.args.length);
  if (externalName !== undefined) return compileExternal(externalName, call, context, scope, compile);
  if (call.name === GET_OR_DEFAULT) return compileGetOrDefault(call, context, scope, compile);
  const definition = FUNCTIONS.get(call.name);
  if (definition === undefined) throw unknownFunction(call, context);
  if (definition.since2016) refuseBefore2016(call, context);
  if (definition.modeFirst) refuseVariable(call, 0, context);
  const args = compileArguments(call, scope, compile);
  const [fewest, most] = definition.arity;
  if (args.length < fewest || args.length > most) return UNDEFINED;
  const [first, second] = args;
  if (call.name === 'encode' && second !== undefined && isPayload(call.args[0], scope)) {
    // AWS: encode(*, 'base64') takes the bytes of the payload, JSON or not.
    return (evaluation, row) => encodeBytes(evaluation.message.payload, second(evaluation, row));
  }
  const run = counted(definition.call);
  if (first === undefined) return (evaluation) => run([], evaluation);
  if (second === undefined) return (evaluation, row) => run([first(evaluation, row)], evaluation);
  return (evaluation, row) =>
    run(
      args.map((argument) => argument(evaluation, row)),
      evaluation,
    );
}

/** The function, with the call, the texts it takes and what it gives counted as work. Arrays go in by reference. */
function counted(call: SqlFunction['call']): SqlFunction['call'] {
  return (args, evaluation) => {
    evaluation.spend(CALL_WORK);
    for (const argument of args) evaluation.read(argument);
    const result = call(args, evaluation);
    evaluation.handle(result);
    return result;
  };
}

/** `*` as the subject of a protobuf decode means the bytes of the payload, which travel as base64. */
function compileArguments(call: CallExpression, scope: Scope, compile: ArgumentCompiler): Evaluator[] {
  const takesBytes = call.name === 'decode' && call.args.length === 6;
  return call.args.map((argument, index) =>
    takesBytes && index === 0 && isPayload(argument, scope) ? payloadBase64 : compile(argument, scope),
  );
}

function isPayload(argument: Expression | undefined, scope: Scope): boolean {
  return argument?.kind === 'star' && scope === 'payload';
}

const payloadBase64: Evaluator = ({ message }) => encodeBytes(message.payload, 'base64');

function refuseBefore2016(call: CallExpression, context: CompileContext): void {
  if (context.dialect.has2016Features) return;
  const problem = `${call.name}() needs awsIotSqlVersion 2016-03-23; the rule has ${context.dialect.version}`;
  throw context.error(call.offset, problem);
}

/** AWS: roles and modes are fixed when the rule is created, so they cannot come from a SET variable. */
function refuseVariable(call: CallExpression, place: number, context: CompileContext): void {
  const argument = call.args.at(place);
  if (argument?.kind !== 'variable') return;
  throw context.error(argument.offset, `this argument of ${call.name}() cannot be a variable; write its value here`);
}

function unknownFunction(call: CallExpression, context: CompileContext): Error {
  const advice = FOREIGN_FUNCTIONS.get(call.name);
  if (advice !== undefined) return context.error(call.offset, `there is no function ${call.name}(): ${advice}`);
  const near = nearest(call.name, [...FUNCTIONS.keys(), ...Object.keys(EXTERNAL_FUNCTIONS), GET_OR_DEFAULT, 'cast']);
  const hint = near === undefined ? '' : `; did you mean ${near}()?`;
  return context.error(call.offset, `there is no function ${call.name}()${hint}`);
}

/** `get_or_default(value [, default])`: the default when the value is Null, Undefined or its look-up fails. */
function compileGetOrDefault(
  call: CallExpression,
  context: CompileContext,
  scope: Scope,
  compile: ArgumentCompiler,
): Evaluator {
  refuseBefore2016(call, context);
  const before = context.externalCallCount;
  const [value, ...rest] = call.args;
  if (value === undefined || rest.length > 1) return UNDEFINED;
  const tried = compile(value, scope);
  const afterValue = context.externalCallCount;
  const otherwise = rest[0] === undefined ? UNDEFINED : compile(rest[0], scope);
  if (context.externalCallCount > afterValue) {
    throw context.error(call.offset, 'the default of get_or_default() must not call external functions');
  }
  if (before === afterValue) return (evaluation, row) => tried(evaluation, row) ?? otherwise(evaluation, row);
  return (evaluation, row) => {
    try {
      return tried(evaluation, row) ?? otherwise(evaluation, row);
    } catch (error) {
      if (isSuspension(error) || error instanceof EvaluationAborted) throw error;
      return otherwise(evaluation, row);
    }
  };
}

function compileExternal(
  name: ExternalFunctionName,
  call: CallExpression,
  context: CompileContext,
  scope: Scope,
  compile: ArgumentCompiler,
): Evaluator {
  const definition = EXTERNAL_FUNCTIONS[name];
  if (definition.since2016) refuseBefore2016(call, context);
  for (const place of definition.fixedArguments) refuseVariable(call, place, context);
  const args = compileArguments(call, scope, compile);
  if (!definition.arities.includes(args.length)) return UNDEFINED;
  context.noteExternalCall(name, call.offset);
  return (evaluation, row) => {
    const values = args.map((argument) => argument(evaluation, row));
    const request = definition.prepare(values);
    return request === undefined ? undefined : makeCall(name, values, request, evaluation);
  };
}

function makeCall(
  name: ExternalFunctionName,
  args: readonly SqlValue[],
  request: ExternalRequest,
  { environment, externalCalls, dialect }: Evaluation,
): SqlValue {
  const answer = externalCalls?.answer(`${name} ${jsonText(args)}`, () => {
    const started = request(environment.functions ?? {});
    if (started !== undefined) return started;
    throw new IotError('NotImplemented', `The rule calls ${name}(), which is not available here; remove the call`);
  });
  return fromJson(answer, dialect);
}
