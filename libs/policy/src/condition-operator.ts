import { OPERATOR_FAMILIES, type OperatorFamilyName } from './operator-family.js';

/** How an operator treats a key that has a set of values. */
export type SetQualifier = 'ForAllValues' | 'ForAnyValue';

/** An operator of a `Condition`, taken apart. */
export interface ConditionOperator {
  /** As it is spelled in the document, e.g. `ForAnyValue:StringNotLikeIfExists`. */
  readonly name: string;
  readonly family: OperatorFamilyName;
  readonly isNegated: boolean;
  readonly isIfExists: boolean;
  readonly qualifier?: SetQualifier;
}

/** The negated operators. Those of the families that are missing here (`Bool`, `NumericLessThan`...) do not exist. */
const NEGATED: ReadonlyMap<string, OperatorFamilyName> = new Map([
  ['StringNotEquals', 'StringEquals'],
  ['StringNotEqualsIgnoreCase', 'StringEqualsIgnoreCase'],
  ['StringNotLike', 'StringLike'],
  ['NumericNotEquals', 'NumericEquals'],
  ['DateNotEquals', 'DateEquals'],
  ['NotIpAddress', 'IpAddress'],
  ['ArnNotEquals', 'ArnEquals'],
  ['ArnNotLike', 'ArnLike'],
]);

const SPELLING = /^(?:(ForAllValues|ForAnyValue):)?(\w+?)(IfExists)?$/;

/** The operators by the name a policy gives them, without prefix and suffix. */
export const OPERATOR_NAMES: readonly string[] = [...Object.keys(OPERATOR_FAMILIES), ...NEGATED.keys()];

/**
 * Reads the name of an operator; `undefined` when there is no such operator. `Null` asks whether a key exists, so it
 * takes neither `IfExists` nor a set prefix.
 */
export function parseConditionOperator(name: string): ConditionOperator | undefined {
  const [, qualifier, base = '', ifExists] = SPELLING.exec(name) ?? [];
  const negated = NEGATED.get(base);
  const family = negated ?? (isFamily(base) ? base : undefined);
  if (family === undefined) return undefined;
  if (family === 'Null' && (qualifier !== undefined || ifExists !== undefined)) return undefined;
  return {
    name,
    family,
    isNegated: negated !== undefined,
    isIfExists: ifExists !== undefined,
    ...(qualifier === undefined ? {} : { qualifier: qualifier as SetQualifier }),
  };
}

function isFamily(name: string): name is OperatorFamilyName {
  return Object.hasOwn(OPERATOR_FAMILIES, name);
}

/** Every name that {@link parseConditionOperator} reads. */
export const OPERATOR_SPELLINGS: readonly string[] = OPERATOR_NAMES.flatMap((name) =>
  ['', 'ForAllValues:', 'ForAnyValue:'].flatMap((prefix) => [`${prefix}${name}`, `${prefix}${name}IfExists`]),
).filter((name) => parseConditionOperator(name) !== undefined);
