import { type Dialect } from './dialect.js';
import { type ExternalFunctionName } from './environment.js';
import { type Expression } from './ast.js';
import { type Evaluator } from './evaluation.js';
import { syntaxError } from './syntax-error.js';

/** AWS: a second get_dynamodb() stops the rule; an expression decodes at most two protobuf messages. */
const MOST_CALLS: ReadonlyMap<ExternalFunctionName, number> = new Map<ExternalFunctionName, number>([
  ['get_dynamodb', 1],
  ['decode_proto', 2],
]);

/** What names refer to: members of the payload, or of the current row of a nested query. */
export type Scope = 'payload' | 'row';

/** Sees each expression of the payload's scope as it is compiled, and may put something around its evaluation. */
export type Observer = (node: Expression, evaluate: Evaluator) => Evaluator;

/** What the compilation of one statement or template shares: its source for errors, and what it found on the way. */
export class CompileContext {
  readonly source: string;
  readonly dialect: Dialect;
  /** The variables that may be read at this point. */
  readonly variables: Set<string>;
  readonly observer: Observer | undefined;
  /** Functions that are refused, with the reason. */
  readonly #refused: ReadonlyMap<ExternalFunctionName, string>;
  /** How many expressions were compiled so far, the names of a path each for itself. */
  expressionCount = 0;
  readonly #externalCalls = new Map<ExternalFunctionName, number>();

  constructor(
    source: string,
    dialect: Dialect,
    variables: Iterable<string>,
    refused: ReadonlyMap<ExternalFunctionName, string> = new Map(),
    observer?: Observer,
  ) {
    this.source = source;
    this.dialect = dialect;
    this.variables = new Set(variables);
    this.#refused = refused;
    this.observer = observer;
  }

  /** The external functions in use. */
  get needs(): ExternalFunctionName[] {
    return [...this.#externalCalls.keys()];
  }

  /** How many external calls were compiled so far. */
  get externalCallCount(): number {
    return [...this.#externalCalls.values()].reduce((sum, count) => sum + count, 0);
  }

  /** Counts a call of an external function and refuses the one that is too many. */
  noteExternalCall(name: ExternalFunctionName, offset: number): void {
    const refusal = this.#refused.get(name);
    if (refusal !== undefined) throw this.error(offset, refusal);
    const count = (this.#externalCalls.get(name) ?? 0) + 1;
    const most = MOST_CALLS.get(name) ?? Infinity;
    if (count > most) throw this.error(offset, `a statement calls ${name}() at most ${most === 1 ? 'once' : 'twice'}`);
    this.#externalCalls.set(name, count);
  }

  error(offset: number, problem: string): Error {
    return syntaxError(this.source, offset, problem);
  }
}
