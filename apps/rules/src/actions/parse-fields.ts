import { IotError, type JsonObject } from '#thingcore/errors';
import type { z } from 'zod';

/**
 * Reads the fields of an action by their schema. Errors: `InvalidRequest` that names the field at fault, an unknown
 * one included; details `field` (`actions[0].republish.topic`).
 */
export function parseFields<S extends z.ZodObject>(schema: S, config: JsonObject, path: string): z.output<S> {
  const parsed = schema.safeParse(config);
  if (parsed.success) return parsed.data;
  const { issues } = parsed.error;
  // A name that is not known is most often the misspelt one of a field that is missing, and says more.
  const issue = issues.find(({ code }) => code === 'unrecognized_keys') ?? issues[0];
  const place = [path, ...(issue?.path ?? []).map(String)].join('.');
  if (issue?.code === 'unrecognized_keys') {
    const field = `${place}.${issue.keys[0]}`;
    const known = place === path ? `; its fields are ${Object.keys(schema.shape).join(', ')}` : '';
    throw fieldError(field, `there is no such field${known}`);
  }
  const isMissing = issue?.code === 'invalid_type' && / received undefined$/.test(issue.message);
  throw fieldError(place, isMissing ? 'is missing' : (issue?.message ?? 'invalid'));
}

/** The refusal of one field: `InvalidRequest` with details `field`. */
export function fieldError(field: string, problem: string): IotError {
  return new IotError('InvalidRequest', `${field}: ${problem}`, { details: { field } });
}
