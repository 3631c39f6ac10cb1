import type { NormalizedSchema } from '@smithy/core/schema';

/** An operation of an API, as its model describes it. */
export interface Operation {
  /** E.g. `CreateThing`. */
  readonly name: string;
  /** The HTTP method, in capitals. */
  readonly method: string;
  /** The path as a template, e.g. `/things/{thingName}`; a label with `+` takes slashes too. */
  readonly path: string;
  /** The status of a success. */
  readonly status: number;
  readonly input: NormalizedSchema;
  readonly output: NormalizedSchema;
}

/** An exception that an API's model declares. */
export interface DeclaredError {
  /** E.g. `ResourceNotFoundException`. */
  readonly name: string;
  readonly status: number;
  /** Its members, `message` and what else it tells. */
  readonly members: readonly string[];
}
