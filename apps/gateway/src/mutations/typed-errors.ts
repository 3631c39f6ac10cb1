import { getNamedType, type GraphQLField, type GraphQLSchema, isInputObjectType } from 'graphql';
import type { JsonObject } from '#thingcore/errors';
import type { ErrorTranslator } from '../errors/error-translator.js';
import type { PublicError } from '../errors/public-error.js';
import { issuesOf } from '../errors/field-names.js';
import { selectsField } from './selected-field.js';
import { isUserErrorCode, type UserError } from './user-error.type.js';

/** The field of a payload that holds its errors. */
const ERRORS = 'errors';

/**
 * Gives mutations that are refused for something that their caller can mend a result: the `errors` of their payload. An
 * operation that does not select them gets the refusal among the errors of GraphQL, where it cannot be overlooked.
 */
export function answerUserErrors(schema: GraphQLSchema, translator: ErrorTranslator): GraphQLSchema {
  for (const field of Object.values(schema.getMutationType()?.getFields() ?? {})) answerErrors(field, translator);
  return schema;
}

function answerErrors(field: GraphQLField<unknown, unknown>, translator: ErrorTranslator): void {
  const { resolve } = field;
  if (resolve === undefined) return;
  field.resolve = async (source, args, context, info) => {
    try {
      return await resolve(source, args, context, info);
    } catch (error) {
      const refusal = translator.translate(error);
      if (!isUserErrorCode(refusal.code) || !selectsField(info, ERRORS)) throw refusal;
      return { [ERRORS]: toUserErrors(refusal, field) };
    }
  };
}

/** A contract may find several faults in one input: each is an error of its own. */
function toUserErrors({ code, message, extensions }: PublicError, field: GraphQLField<unknown, unknown>): UserError[] {
  if (!isUserErrorCode(code)) return [];
  const { issues, field: at, ...others } = (extensions['details'] ?? {}) as JsonObject;
  const found = issuesOf({ issues: issues ?? null });
  if (found.length > 0) {
    return found.map((issue) => ({ code, message: issue.message, field: pathOf(issue.path, field), details: null }));
  }
  const details = Object.keys(others).length === 0 ? null : others;
  return [{ code, message, field: typeof at === 'string' ? pathOf(at, field) : null, details }];
}

/** The path of a field from the arguments on: what is no argument itself is a field of the one input that there is. */
function pathOf(dotted: string, { args }: GraphQLField<unknown, unknown>): string[] | null {
  if (dotted === '') return null;
  const path = dotted.split('.');
  const [only] = args;
  if (only === undefined || args.length > 1 || only.name === path[0]) return path;
  return isInputObjectType(getNamedType(only.type)) ? [only.name, ...path] : [only.name];
}
