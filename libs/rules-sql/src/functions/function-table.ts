import { DOUBLE_FUNCTIONS } from './double-functions.js';
import { HASH_FUNCTIONS } from './hash-functions.js';
import { MESSAGE_FUNCTIONS } from './message-functions.js';
import { NUMBER_FUNCTIONS } from './number-functions.js';
import { REGEXP_FUNCTIONS } from './regexp-functions.js';
import { type SqlFunction } from './sql-function.js';
import { STRING_FUNCTIONS } from './string-functions.js';
import { STRUCTURE_FUNCTIONS } from './structure-functions.js';
import { TIME_FUNCTIONS } from './time-functions.js';

/** Every function that is evaluated here, by its name in lower case. The external ones are in external-functions.ts. */
export const FUNCTIONS: ReadonlyMap<string, SqlFunction> = new Map(
  [
    NUMBER_FUNCTIONS,
    DOUBLE_FUNCTIONS,
    STRING_FUNCTIONS,
    REGEXP_FUNCTIONS,
    HASH_FUNCTIONS,
    STRUCTURE_FUNCTIONS,
    MESSAGE_FUNCTIONS,
    TIME_FUNCTIONS,
  ].flatMap((group) => Object.entries(group)),
);
