/** Longest statement or template, in characters. AWS: a rule definition holds at most 256 KB, white space included. */
export const MAX_STATEMENT_LENGTH = 256 * 1024;

/** Deepest nesting of parentheses, calls, literals and CASE; a bound of ours that keeps every recursion shallow. */
export const MAX_NESTING = 64;

/** Deepest nesting of arrays and objects in a payload; a deeper document counts as not being JSON. */
export const MAX_JSON_DEPTH = 128;

/** AWS: at most ten variables in one SET clause. */
export const MAX_VARIABLES = 10;

/** AWS: a variable's name has at most 64 characters. */
export const MAX_VARIABLE_NAME = 64;

/** AWS: one variable, and all variables of a statement together, as minified JSON in UTF-8. */
export const MAX_VARIABLES_BYTES = 128 * 1024;

/** AWS: the array that transform() returns. */
export const MAX_TRANSFORM_BYTES = 128 * 1024;

/** Largest text and largest document an evaluation may build: eight times the largest message. */
export const MAX_VALUE_SIZE = 1024 * 1024;

/**
 * The work of one evaluation, in characters that a function reads or writes. It bounds what no other limit does: large
 * texts in many rows, and regular expressions, which take one step per character and instruction (the worst of them
 * some 40 ns each, so an evaluation ends within a tenth of a second).
 */
export const MAX_WORK = 2_000_000;

/** Texts up to this length cost no more than what is done with them anyway. */
export const SHORT_TEXT = 64;

/** The work that a row of a nested query, and each expression that is evaluated in it, count for. */
export const ROW_WORK = 40;
export const EXPRESSION_WORK = 2;

/** The work that an element of an array and a member of an object count for: a member is found by its name. */
export const ELEMENT_WORK = 10;
export const MEMBER_WORK = 30;

/** The work that a call of a function counts for, and what one that reads or writes a calendar takes besides. */
export const CALL_WORK = 100;
export const CALENDAR_WORK = 1000;

/** Longest text that may be a number. AWS: magnitudes end at 1E999, and digits beyond 34 say nothing. */
export const MAX_NUMBER_LENGTH = 2048;

/** Most distinct external calls one evaluation may make. */
export const MAX_EXTERNAL_CALLS = 25;

/** Longest regular expression, in characters, and largest compiled program, in instructions. */
export const MAX_PATTERN_LENGTH = 2048;
export const MAX_PATTERN_PROGRAM = 2000;
