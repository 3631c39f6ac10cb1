/** Marks of other SQLs and languages, each with the way this language has. The longer ones first. */
export const FOREIGN_MARKS: readonly (readonly [mark: string, advice: string])[] = [
  ['!=', 'write <> for "not equal"'],
  ['==', 'write = for "equal"'],
  ['||', 'write + or concat() to join texts, OR for the logical operation'],
  ['&&', 'write AND'],
  ['--', 'the language has no comments; leave it out, or put a space between two minus signs'],
  ['/*', 'the language has no comments; leave it out'],
  ['//', 'the language has no comments; leave it out'],
  ['${', 'substitution templates belong to the parameters of actions; inside SQL write the expression itself'],
  ['!', 'write NOT'],
  [';', 'a rule holds exactly one statement; leave the semicolon out'],
  ['`', 'write names bare, and reach a name with other characters by get(*, "name")'],
  ['^', 'write power(a, b), or bitxor(a, b)'],
  ['&', 'write bitand(a, b), or AND'],
  ['|', 'write bitor(a, b), or OR'],
];

/** Words of other SQLs that this language does not have, each with the documented way. */
export const FOREIGN_WORDS: ReadonlyMap<string, string> = new Map(
  Object.entries({
    LIKE: 'use regexp_matches(text, pattern), startswith() or endswith()',
    IN: 'use comparisons joined by OR, or CASE',
    BETWEEN: 'use >= and <= joined by AND',
    IS: 'use isNull(x) or isUndefined(x)',
    EXISTS: 'use NOT isUndefined(get((SELECT ...), 0))',
    DISTINCT: 'there is no DISTINCT; each message gives one result',
    GROUP: 'there is no GROUP BY; each message is evaluated on its own',
    ORDER: 'there is no ORDER BY; the order of the payload is kept',
    LIMIT: 'there is no LIMIT; use get((SELECT ...), 0) for the first row',
    HAVING: 'use WHERE',
    JOIN: 'use a nested query or a look-up function',
    UNION: 'use concat() of two arrays, or two rules',
    XOR: 'use <> between two Booleans',
    MOD: 'use % or mod(a, b)',
  }),
);

/** Functions of other SQLs, each with what this language offers instead. */
export const FOREIGN_FUNCTIONS: ReadonlyMap<string, string> = new Map(
  Object.entries({
    coalesce: 'use nanvl(a, b) or get_or_default(a, b)',
    ifnull: 'use nanvl(a, b)',
    nvl: 'use nanvl(a, b)',
    isnan: 'use nanvl(a, b)',
    exists: 'use NOT isUndefined(...)',
    len: 'use length(text)',
    count: 'there are no aggregates; a nested query returns its rows as an array',
    sum: 'there are no aggregates',
    avg: 'there are no aggregates',
    now: 'use timestamp()',
    current_timestamp: 'use timestamp()',
    uuid: 'use newuuid()',
    random: 'use rand()',
    pow: 'use power(a, b)',
    truncate: 'use trunc(number, places)',
    instr: 'use indexof(text, part)',
    strpos: 'use indexof(text, part)',
    contains: 'use regexp_matches(text, pattern) or indexof(text, part) >= 0',
    substr: 'use substring(text, from, to)',
    ucase: 'use upper(text)',
    lcase: 'use lower(text)',
    regexp_like: 'use regexp_matches(text, pattern)',
    to_number: 'use cast(x AS Decimal)',
    to_string: 'use cast(x AS String)',
    json_value: 'write the path with dots, or use get(object, "name")',
  }),
);

/** The candidate that differs from `word` by the fewest edits, when they are few enough to be a slip of the keys. */
export function nearest(word: string, candidates: Iterable<string>): string | undefined {
  const tolerance = word.length <= 4 ? 1 : word.length <= 8 ? 2 : 3;
  let best: string | undefined;
  let bestDistance = tolerance + 1;
  for (const candidate of candidates) {
    if (Math.abs(candidate.length - word.length) >= bestDistance) continue;
    const distance = editDistance(word, candidate);
    if (distance < bestDistance) [best, bestDistance] = [candidate, distance];
  }
  return best;
}

/** Edit distance in which two neighbours that changed places count as one edit: FORM is one slip from FROM. */
function editDistance(left: string, right: string): number {
  let beforePrevious: number[] = [];
  let previous = Array.from({ length: right.length + 1 }, (_, index) => index);
  for (let row = 1; row <= left.length; row++) {
    const current = [row];
    for (let column = 1; column <= right.length; column++) {
      const replaced = at(previous, column - 1) + (left[row - 1] === right[column - 1] ? 0 : 1);
      const swapped =
        left[row - 1] === right[column - 2] && left[row - 2] === right[column - 1]
          ? at(beforePrevious, column - 2) + 1
          : Infinity;
      current.push(Math.min(replaced, swapped, at(previous, column) + 1, at(current, column - 1) + 1));
    }
    [beforePrevious, previous] = [previous, current];
  }
  return at(previous, right.length);
}

function at(row: readonly number[], column: number): number {
  return row[column] ?? Infinity;
}
