import ts from 'typescript';
import type { JsonObject } from '#thingcore/errors';
import { readShadowSchema } from './read-shadow-schema.js';
import { toTypescript } from './typescript.js';

const THERMOSTAT: JsonObject = {
  classic: {
    type: 'object',
    description: 'Ends a comment */ too early.',
    required: ['mode'],
    properties: {
      mode: { type: 'string', enum: ['off', 'heat-cool'], description: 'What it does.' },
      'fan speed': { type: ['integer', 'null'], minimum: 0, maximum: 5 },
      firmware: { type: 'string', readOnly: true, deprecated: true },
      schedule: { type: 'array', items: { type: 'object', required: ['at'], properties: { at: { type: 'string' } } } },
      limits: { type: 'object', additionalProperties: { type: 'number' } },
      nothing: { type: 'object', additionalProperties: false },
      extra: {},
    },
  },
  named: { config: { type: 'object', properties: { interval: { type: 'integer' } } } },
};

const USE = `
const reported: ThermostatState = { mode: 'heat-cool', 'fan speed': null, schedule: [{ at: '06:00' }], limits: { low: 1 } };
const desired: ThermostatDesiredInput = { mode: null, 'fan speed': 3, schedule: [{ at: '06:00' }] };
const config: ShadowTypes['thermostat']['named: "config"']['reported'] = { interval: 60 };
export { reported, desired, config };
`;

describe('toTypescript', () => {
  const things = [
    readShadowSchema('thermostat', THERMOSTAT).thing,
    readShadowSchema('lamp', { classic: { type: 'object', properties: { on: { type: 'boolean' } } } }).thing,
  ];
  const text = toTypescript(things);

  it('compiles under strict, and so does what uses it', () => {
    expect(errorsOf(text + USE)).toEqual([]);
  });

  it.each([
    ['a text that is no choice', "export const a: ThermostatState = { mode: 'dry' };"],
    ['a report without what is required', 'export const a: ThermostatState = {};'],
    ['what is read-only as desired', "export const a: ThermostatDesiredInput = { firmware: '2' };"],
    ['an element of a list without what it needs', 'export const a: ThermostatDesiredInput = { schedule: [{}] };'],
    ['a text for a number', "export const a: ThermostatConfigState = { interval: '60' };"],
  ])('does not compile with %s', (_name, use) => {
    expect(errorsOf(text + use)).not.toEqual([]);
  });

  it('is the same text in whatever order the types come', () => {
    expect(toTypescript([...things].reverse())).toBe(text);
  });
});

function errorsOf(source: string): string[] {
  const name = 'shadows.ts';
  const options: ts.CompilerOptions = {
    strict: true,
    noEmit: true,
    target: ts.ScriptTarget.ES2022,
    types: [],
    lib: ['lib.es2022.d.ts'],
  };
  const host = ts.createCompilerHost(options);
  const fromDisk = host.getSourceFile.bind(host);
  host.getSourceFile = (file, ...rest) =>
    file === name ? ts.createSourceFile(file, source, ts.ScriptTarget.ES2022) : fromDisk(file, ...rest);
  const program = ts.createProgram([name], options, host);
  return ts.getPreEmitDiagnostics(program).map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, '\n'));
}
