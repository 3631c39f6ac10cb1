import { DocumentFault, objectMembers, readMembers, readText, type JsonNode } from '#thingcore/policy';
import { type ParameterValue, provisioningFault } from './evaluation.js';
import type { KindRules } from './template-kind.js';

/** A parameter that a template declares. All are strings. */
export interface TemplateParameter {
  readonly name: string;
  /** Its value when none is given. */
  readonly default?: string;
}

/** Reads the section `Parameters`. */
export function readParameters(section: JsonNode | undefined, rules: KindRules): readonly TemplateParameter[] {
  if (section === undefined) return [];
  return objectMembers(section, '"Parameters"').map((member) => {
    const { name } = member;
    const refusal = name === '' ? 'a parameter has a name' : rules.refuseParameter(name);
    if (refusal !== undefined) throw new DocumentFault(`The parameter "${name}" is not possible: ${refusal}`, member);
    const members = readMembers(member.value, `The parameter "${name}"`, ['Type', 'Default']);
    const type = members.get('Type');
    if (type === undefined)
      throw new DocumentFault(`The parameter "${name}" has no "Type"; add "Type": "String"`, member);
    const typeName = readText(type.value, '"Type"');
    if (typeName !== 'String') {
      throw new DocumentFault(`The type "${typeName}" is not supported; every parameter is a "String"`, type.value);
    }
    const fallback = members.get('Default');
    return fallback === undefined ? { name } : { name, default: readText(fallback.value, '"Default"') };
  });
}

/**
 * The values of a template's parameters: what is given, else the default. What is given beyond the declared parameters is
 * ignored. Throws `InvalidRequest` for a value that is no string and, where the kind wants all, for what is missing.
 */
export function parameterValues(
  declared: readonly TemplateParameter[],
  given: Readonly<Record<string, unknown>>,
  rules: KindRules,
): ReadonlyMap<string, ParameterValue> {
  const values = new Map<string, ParameterValue>();
  for (const parameter of [...rules.predeclared.map((name) => ({ name })), ...declared]) {
    const value = valueOf(parameter, given);
    if (value !== undefined) values.set(parameter.name, value);
  }
  const missing = declared.filter(({ name }) => !values.has(name)).map(({ name }) => name);
  const [first] = missing;
  if (rules.needsEveryParameter && first !== undefined) {
    const names = missing.map((name) => `"${name}"`).join(', ');
    throw provisioningFault(`Parameters.${first}`, `No value and no default for: ${names}`, { parameter: first });
  }
  return values;
}

function valueOf(parameter: TemplateParameter, given: Readonly<Record<string, unknown>>): ParameterValue | undefined {
  const { name } = parameter;
  const value = Object.hasOwn(given, name) ? given[name] : undefined;
  if (typeof value === 'string') return { text: value, isGiven: true };
  if (value === undefined) {
    return parameter.default === undefined ? undefined : { text: parameter.default, isGiven: false };
  }
  throw provisioningFault(`Parameters.${name}`, `The value of the parameter "${name}" is no string`, {
    parameter: name,
  });
}
