import { isInt32 } from './typed-value.js';
import type { FieldModel, ObjectModel, TypedShadow, TypedThing, ValueModel } from './shadow-model.js';

const HEADER = `// Written by "npm run codegen" of Thingcore from the schemas of thing types. Changes are lost with the next run.
/* eslint-disable */

/** A JSON value. */
export type Json = string | number | boolean | null | Json[] | { [key: string]: Json };
`;

/** How a state is written. */
interface Form {
  /** As a change: everything may be left out, and null removes. */
  readonly isPatch: boolean;
  /** As what is desired: what is read-only is not there. */
  readonly isDesired: boolean;
}

const REPORTED: Form = { isPatch: false, isDesired: false };
const DESIRED: Form = { isPatch: true, isDesired: true };

/** TypeScript types of the shadows of thing types: the same text for the same types, in whatever order they come. */
export function toTypescript(things: readonly TypedThing[]): string {
  const sorted = [...things].sort((one, other) => (one.thingTypeName < other.thingTypeName ? -1 : 1));
  const parts = sorted.flatMap(({ shadows }) => shadows.map(shadowTypes));
  return [HEADER, ...parts, shadowMap(sorted)].join('\n');
}

function shadowTypes({ state, description, shadowName }: TypedShadow): string {
  const what = shadowName === undefined ? 'the classic shadow' : `the shadow ${shadowName}`;
  const more = description === undefined ? '' : ` ${description}`;
  return [
    comment(`What ${what} reports.${more}`, ''),
    `export type ${state.typeName} = ${typeOf(state, '', REPORTED)};\n`,
    comment(`What can be desired of ${what}: what is left out stays, null removes.${more}`, ''),
    `export type ${state.inputName} = ${typeOf(state, '', DESIRED)};\n`,
  ].join('\n');
}

function shadowMap(things: readonly TypedThing[]): string {
  const entries = things.map(({ thingTypeName, shadows }) => {
    const lines = shadows.map(({ shadowName, state }) => {
      const key = shadowName === undefined ? 'classic' : `named: ${JSON.stringify(shadowName)}`;
      return `    ${JSON.stringify(key)}: { reported: ${state.typeName}; desired: ${state.inputName} };`;
    });
    return [`  ${JSON.stringify(thingTypeName)}: {`, ...lines, '  };'].join('\n');
  });
  return ['/** The shadows of each thing type. */', 'export interface ShadowTypes {', ...entries, '}', ''].join('\n');
}

function typeOf(model: ValueModel, indent: string, form: Form): string {
  const type = bareTypeOf(model, indent, form);
  return model.nullable && model.kind !== 'any' ? `${type} | null` : type;
}

function bareTypeOf(model: ValueModel, indent: string, form: Form): string {
  switch (model.kind) {
    case 'any':
      return 'Json';
    case 'text':
      return union(model.choices?.map(({ text }) => text)) ?? 'string';
    case 'number':
      return union(model.choices) ?? 'number';
    case 'boolean':
      return union(model.choices) ?? 'boolean';
    case 'list':
      return `Array<${typeOf(model.items, indent, { ...form, isPatch: false })}>`;
    case 'object':
      return objectType(model, indent, form);
  }
}

function union(choices: readonly (string | number | boolean)[] | undefined): string | undefined {
  return choices?.map((choice) => JSON.stringify(choice)).join(' | ');
}

/** Properties that the schema does not name are read and written through the untyped fields of the API. */
function objectType(model: ObjectModel, indent: string, form: Form): string {
  const below = `${indent}  `;
  const fields = model.fields.filter(({ isReadOnly }) => !(form.isDesired && isReadOnly));
  if (fields.length === 0) {
    return model.others === undefined
      ? 'Record<string, never>'
      : `Record<string, ${typeOf(model.others, below, form)}>`;
  }
  const lines = fields.flatMap((field) => fieldLines(field, below, form));
  return ['{', ...lines, `${indent}}`].join('\n');
}

function fieldLines(field: FieldModel, indent: string, form: Form): string[] {
  const about = [
    ...(field.description === undefined ? [] : [field.description]),
    ...(field.isDeprecated ? ['@deprecated'] : []),
    ...(field.value.kind === 'number' && field.value.isInteger && !isInt32(field.value) ? ['A whole number.'] : []),
  ].join(' ');
  const isOptional = form.isPatch || !field.isRequired;
  const type = typeOf(field.value, indent, form);
  const shown = form.isPatch && field.value.kind !== 'any' && !field.value.nullable ? `${type} | null` : type;
  return [
    ...(about === '' ? [] : [comment(about, indent)]),
    `${indent}${keyOf(field.property)}${isOptional ? '?' : ''}: ${shown};`,
  ];
}

function keyOf(property: string): string {
  return /^[A-Za-z_$][A-Za-z0-9_$]*$/.test(property) ? property : JSON.stringify(property);
}

function comment(text: string, indent: string): string {
  const line = text.replace(/\*\//g, '* /').replace(/\s+/g, ' ').trim();
  return `${indent}/** ${line} */`;
}
