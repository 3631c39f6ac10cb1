/** How large the schemas of a thing type may be: every gateway keeps all of them, and builds types from them. */
export const SCHEMA_LIMITS = {
  /** Bytes of the JSON of all schemas of a type. */
  bytes: 32 * 1024,
  /** Properties in all schemas of a type. */
  fields: 250,
  /** Objects and arrays inside each other: as deep as a shadow may nest on AWS, less `state` and its section. */
  depth: 6,
  /** Characters of the name of a property. */
  propertyLength: 64,
  /** Values of one `enum`. */
  choices: 100,
  /** Characters of a `pattern`. */
  patternLength: 256,
  /** Instructions that a `pattern` may compile to. */
  patternProgram: 2_000,
  /** Named shadows of a type. */
  namedShadows: 25,
  /** Thing types that have schemas. */
  types: 100,
} as const;

/** How many faults of a state are told. */
export const MOST_FAULTS = 50;
