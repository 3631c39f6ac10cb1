import { type Evaluation } from '../evaluation.js';
import { type SqlValue } from '../values.js';

/** What the compiler must know of a function besides its name, which is the key of the table, in lower case. */
export interface SqlFunction {
  /** The first SQL version that has it; 2015-10-08 when absent. */
  readonly since2016?: true;
  /** Fewest and most arguments; a call with another count is Undefined. AWS: "the wrong number of arguments". */
  readonly arity: readonly [fewest: number, most: number];
  /** The first argument chooses a mode and must not be a SET variable. */
  readonly modeFirst?: true;
  /** Never throws but for the bounds of an evaluation. `args` has a length within `arity`. */
  readonly call: (args: readonly SqlValue[], evaluation: Evaluation) => SqlValue;
}

/** One group of functions by name. */
export type FunctionGroup = Readonly<Record<string, SqlFunction>>;
