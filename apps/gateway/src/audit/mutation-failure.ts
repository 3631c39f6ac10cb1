/** Why a mutation changed nothing. */
export interface MutationFailure {
  readonly code: string;
  readonly message: string;
}

/**
 * Why a mutation failed that answers with its errors as data, in the list `errors` of its payload or as the payload
 * itself; undefined when it did what was asked.
 */
export function failureOf(result: unknown): MutationFailure | undefined {
  if (typeof result !== 'object' || result === null) return undefined;
  const { errors } = result as { readonly errors?: unknown };
  const first: unknown = Array.isArray(errors) ? errors[0] : result;
  return isFailure(first) ? { code: first.code, message: first.message } : undefined;
}

function isFailure(value: unknown): value is MutationFailure {
  if (typeof value !== 'object' || value === null) return false;
  const { code, message } = value as Partial<Record<keyof MutationFailure, unknown>>;
  return typeof code === 'string' && typeof message === 'string';
}
