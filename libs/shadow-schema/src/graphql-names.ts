/** What GraphQL calls a name. */
const NAME = /^[A-Za-z][A-Za-z0-9_]*$/;

/** Whether somebody may choose it as the name of a type. */
export function isTypeName(text: string): boolean {
  return /^[A-Z][A-Za-z0-9]{0,63}$/.test(text);
}

/**
 * A name of GraphQL for any text, always the same one: what cannot be in a name becomes `_`, a digit at the beginning gets
 * one before it, and of several at the beginning one stays, since `__` is GraphQL's own.
 */
export function toGraphqlName(text: string): string {
  if (NAME.test(text)) return text;
  const name = text.replace(/[^A-Za-z0-9_]/g, '_').replace(/^_+/, '_');
  return /^[A-Za-z_]/.test(name) ? name : `_${name}`;
}

/** `heat-pump 2` as `HeatPump2`: a part of the name of a type. */
export function toPascalCase(text: string): string {
  return text
    .split(/[^A-Za-z0-9]+/)
    .filter((word) => word !== '')
    .map((word) => word.charAt(0).toUpperCase() + word.slice(1))
    .join('');
}

/** `HeatPump2` as `heatPump2`: the name of a field after a type. */
export function toCamelCase(pascalCase: string): string {
  return pascalCase.charAt(0).toLowerCase() + pascalCase.slice(1);
}

/** The plural of a name, by the rules of English that have few exceptions. */
export function toPlural(name: string): string {
  if (/[^aeiou]y$/i.test(name)) return `${name.slice(0, -1)}ies`;
  return /(s|x|z|ch|sh)$/i.test(name) ? `${name}es` : `${name}s`;
}

/** Names that GraphQL would not take for the value of an enum. */
export function isReservedEnumName(name: string): boolean {
  return name === 'true' || name === 'false' || name === 'null';
}
