import { type JsonValue } from '#thingcore/errors';
import { type RuleEnvironment } from './environment.js';
import { EvaluationAborted } from './evaluation-aborted.js';
import { MAX_EXTERNAL_CALLS } from './limits.js';

type Answer = { readonly value: JsonValue | undefined } | { readonly error: unknown };

/** Thrown at the first external call without an answer; the run is repeated when the answer is there. */
class CallPending extends Error {
  override readonly name = 'CallPending';
  readonly key: string;
  readonly start: () => Promise<JsonValue | undefined>;

  constructor(key: string, start: () => Promise<JsonValue | undefined>) {
    super('an external call is pending');
    this.key = key;
    this.start = start;
  }
}

/** The answers to the external calls of one evaluation; equal calls share one answer. */
export class ExternalCalls {
  readonly #answers = new Map<string, Answer>();

  /** The answer, when it is there; throws what the call rejected with, or suspends the run until it is settled. */
  answer(key: string, start: () => Promise<JsonValue | undefined>): JsonValue | undefined {
    const answer = this.#answers.get(key);
    if (answer === undefined) throw new CallPending(key, start);
    if ('error' in answer) throw answer.error;
    return answer.value;
  }

  /** Makes the call and keeps its outcome; one call too many has the end of the evaluation as its outcome. */
  async settle(key: string, start: () => Promise<JsonValue | undefined>): Promise<void> {
    try {
      if (this.#answers.size >= MAX_EXTERNAL_CALLS) {
        throw new EvaluationAborted('limit', `The rule makes more than ${MAX_EXTERNAL_CALLS} external calls`);
      }
      this.#answers.set(key, { value: await start() });
    } catch (error) {
      this.#answers.set(key, { error });
    }
  }
}

/** Whether a caught error only suspends the run. */
export function isSuspension(error: unknown): boolean {
  return error instanceof CallPending;
}

/**
 * Runs a synchronous evaluation that makes external calls: it runs until the first call without an answer, waits for
 * that one, and runs again from the start. Evaluation is pure, so a repetition takes the same way up to the next call;
 * what is drawn from the environment is drawn once and remembered. Rules without such calls never come here, and need
 * no second, asynchronous compiler.
 */
export async function runWithExternalCalls<Result>(
  environment: RuleEnvironment,
  run: (environment: RuleEnvironment, calls: ExternalCalls) => Result,
): Promise<Result> {
  const calls = new ExternalCalls();
  const recorded = new RecordedEnvironment(environment);
  for (;;) {
    recorded.rewind();
    try {
      return run(recorded, calls);
    } catch (error) {
      if (!(error instanceof CallPending)) throw error;
      await calls.settle(error.key, error.start);
    }
  }
}

/** Repeats its draws after each rewind. */
class RecordedEnvironment implements RuleEnvironment {
  readonly timestamp: number;
  readonly accountId: string;
  readonly functions: RuleEnvironment['functions'] & object;
  readonly #uuids: Recording<string>;
  readonly #randoms: Recording<number>;

  constructor(environment: RuleEnvironment) {
    this.timestamp = environment.timestamp;
    this.accountId = environment.accountId;
    this.functions = environment.functions ?? {};
    this.#uuids = new Recording(() => environment.newUuid());
    this.#randoms = new Recording(() => environment.random());
  }

  newUuid(): string {
    return this.#uuids.next();
  }

  random(): number {
    return this.#randoms.next();
  }

  rewind(): void {
    this.#uuids.rewind();
    this.#randoms.rewind();
  }
}

class Recording<Value> {
  readonly #draw: () => Value;
  readonly #drawn: Value[] = [];
  #cursor = 0;

  constructor(draw: () => Value) {
    this.#draw = draw;
  }

  next(): Value {
    const index = this.#cursor++;
    return (this.#drawn[index] ??= this.#draw());
  }

  rewind(): void {
    this.#cursor = 0;
  }
}
