import { IotError, type JsonObject, type JsonValue } from '#thingcore/errors';

/**
 * How the fields of a command are called in a GraphQL input: dotted paths of the contract to dotted paths of the input,
 * as in `{ thingName: 'name', attributeValue: 'filter.attribute.value' }`. A path stands for all that is below it; the
 * longest one counts. What is not listed has the same name in both.
 */
export type FieldNames = Readonly<Record<string, string>>;

/** The answer of a service; its refusals name the fields as the caller wrote them. */
export async function inTermsOf<T>(names: FieldNames, answer: Promise<T>): Promise<T> {
  try {
    return await answer;
  } catch (error) {
    throw error instanceof IotError ? renameFields(error, names) : error;
  }
}

/** The outcome of a check that is made right here; its refusals name the fields as the caller wrote them. */
export function checkedInTermsOf<T>(names: FieldNames, check: () => T): T {
  try {
    return check();
  } catch (error) {
    throw error instanceof IotError ? renameFields(error, names) : error;
  }
}

/** What an error says, in words for somebody who knows fields, but no commands. */
export function publicMessageOf({ message, details }: IotError): string {
  const [first] = issuesOf(details);
  if (first === undefined) return message;
  return first.path === '' ? `The request: ${first.message}` : `"${first.path}": ${first.message}`;
}

function renameFields(error: IotError, names: FieldNames): IotError {
  const { code, message, details, retryable } = error;
  if (details === undefined) return error;
  const { field } = details;
  const issues = issuesOf(details).map(({ path, message: text }) => ({ path: nameOf(path, names), message: text }));
  return new IotError(code, message, {
    details: {
      ...details,
      ...(typeof field === 'string' ? { field: nameOf(field, names) } : {}),
      ...(issues.length === 0 ? {} : { issues }),
    },
    retryable,
    cause: error,
  });
}

function nameOf(path: string, names: FieldNames): string {
  const segments = path.split('.');
  for (let length = segments.length; length > 0; length--) {
    const prefix = segments.slice(0, length).join('.');
    if (Object.hasOwn(names, prefix)) return [names[prefix], ...segments.slice(length)].join('.');
  }
  return path;
}

/** What is wrong with one field of a request. */
export interface Issue {
  readonly path: string;
  readonly message: string;
}

/** What a contract found wrong with a request; nothing for refusals of other kinds. */
export function issuesOf(details: JsonObject | undefined): Issue[] {
  const issues = details?.['issues'];
  return Array.isArray(issues) ? issues.filter(isIssue) : [];
}

function isIssue(value: JsonValue): value is JsonObject & Issue {
  return (
    typeof value === 'object' &&
    value !== null &&
    !Array.isArray(value) &&
    typeof value['path'] === 'string' &&
    typeof value['message'] === 'string'
  );
}
