/** How many subjects an entry of the audit log has at most, and of how many characters. */
const MOST_SUBJECTS = 32;
const MAX_SUBJECT = 512;

/** Arguments that name what a mutation is about. */
const NAMES = /^(name|id|arn|topic|target|principal|thing|group)$|(Name|Id|Arn|Names|Ids|Arns)$/;

/** What ends like a name of something and is none. */
const OTHERS: readonly string[] = ['clientToken', 'correlationId'];

type Fields = Readonly<Record<string, unknown>>;

/**
 * The names and ids of what a mutation is about: those among its arguments and its input, and those of its result, since
 * what is made may get its id only then.
 */
export function subjectsOf(args: Fields, result: unknown): string[] {
  const { input, ...others } = args;
  const places = [others, input, result, ...valuesOf(result)].filter(isFields);
  const found = places.flatMap((place) =>
    Object.entries(place)
      .filter(([name]) => NAMES.test(name) && !OTHERS.includes(name))
      .flatMap(([, value]) => value)
      .filter((value) => typeof value === 'string' && value !== ''),
  );
  return [...new Set(found as string[])].slice(0, MOST_SUBJECTS).map((subject) => subject.slice(0, MAX_SUBJECT));
}

/** A payload may hold the resource in a field of its own. */
function valuesOf(result: unknown): unknown[] {
  return isFields(result) ? Object.values(result) : [];
}

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
