import { RE2JS } from 're2js';
import { toText } from '../conversions.js';
import { boundedText, EvaluationAborted } from '../evaluation-aborted.js';
import { MAX_PATTERN_LENGTH, MAX_PATTERN_PROGRAM, MAX_VALUE_SIZE } from '../limits.js';
import { type SqlValue } from '../values.js';
import { toRe2Pattern } from './java-pattern.js';
import { type FunctionGroup, type SqlFunction } from './sql-function.js';

/** Patterns are nearly always literals, so a few compiled ones serve every message. */
const compiled = new Map<string, RE2JS | undefined>();
const MOST_COMPILED = 200;

/** The estimate counts more than will be there, so it may be larger than the result may be. */
const LARGEST_ESTIMATE = 16 * MAX_VALUE_SIZE;

/** The pattern in RE2, whose time is linear in the text; undefined when it is invalid or over the bounds. */
function compile(pattern: string): RE2JS | undefined {
  if (compiled.has(pattern)) return compiled.get(pattern);
  if (compiled.size === MOST_COMPILED) compiled.clear();
  const program = compileAnew(pattern);
  compiled.set(pattern, program);
  return program;
}

function compileAnew(pattern: string): RE2JS | undefined {
  const translated = pattern.length > MAX_PATTERN_LENGTH ? undefined : toRe2Pattern(pattern);
  if (translated === undefined) return undefined;
  try {
    const program = RE2JS.compile(translated);
    return program.programSize() > MAX_PATTERN_PROGRAM ? undefined : program;
  } catch {
    return undefined; // AWS: an invalid expression makes the call Undefined.
  }
}

function ofPattern(arity: 2 | 3, apply: (program: RE2JS, text: string, replacement: string) => SqlValue): SqlFunction {
  return {
    arity: [arity, arity],
    call: (args, evaluation) => {
      const text = toText(args[0]);
      const pattern = toText(args[1]);
      const replacement = arity === 2 ? '' : toText(args[2]);
      if (text === undefined || pattern === undefined || replacement === undefined) return undefined;
      const program = compile(pattern);
      if (program === undefined) return undefined;
      evaluation.spend(text.length * program.programSize());
      return apply(program, text, replacement);
    },
  };
}

/** All matches by the replacement, in which $1 is a group as in Java; a bad replacement gives Undefined. */
function replaceAll(program: RE2JS, text: string, replacement: string): SqlValue {
  if (largestReplacement(program, text, replacement) > LARGEST_ESTIMATE) {
    throw new EvaluationAborted('limit', 'The result of regexp_replace() is over the limit');
  }
  let replaced: string;
  try {
    replaced = program.matcher(text).replaceAll(replacement, true);
  } catch {
    return undefined;
  }
  return boundedText(replaced, MAX_VALUE_SIZE);
}

/** An upper bound, so that a huge result is refused before it is built. Matches are disjoint: a group adds one text at most. */
function largestReplacement(program: RE2JS, text: string, replacement: string): number {
  const references = replacement.split('$').length - 1;
  const withoutMatches = text.length * (1 + references);
  if (withoutMatches + (text.length + 1) * replacement.length <= LARGEST_ESTIMATE) return 0;
  let matches = 0;
  for (const matcher = program.matcher(text); matcher.find();) matches++;
  return withoutMatches + matches * replacement.length;
}

function firstMatch(program: RE2JS, text: string): SqlValue {
  const matcher = program.matcher(text);
  return matcher.find() ? (matcher.group() ?? undefined) : undefined;
}

/** Functions of regular expressions. */
export const REGEXP_FUNCTIONS: FunctionGroup = {
  regexp_matches: ofPattern(2, (program, text) => program.matcher(text).find()),
  regexp_replace: ofPattern(3, replaceAll),
  regexp_substr: ofPattern(2, firstMatch),
};
