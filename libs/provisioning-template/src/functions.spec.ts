import type { JsonValue } from '#thingcore/errors';
import { parseProvisioningTemplate } from './index.js';
import { aTemplate, failureOf, PARAMETERS, planOf } from './templates.fixture.js';

const mappings = {
  Zones: { north: { Url: 'https://n', Groups: ['a', 'b'] }, south: { Url: 'https://s', Groups: [] } },
};

function textOf(value: JsonValue, parameters: Record<string, string> = PARAMETERS): string {
  return planOf({ mappings, thing: { ThingName: value } }, parameters).thing.thingName;
}

function listOf(value: JsonValue): readonly string[] | undefined {
  return planOf({ mappings, thing: { ThingGroups: value } }).thing.thingGroups;
}

describe('a function that yields a string', () => {
  it.each<{ name: string; value: JsonValue; is: string }>([
    { name: 'a literal', value: '${Serial}', is: '${Serial}' },
    { name: 'Ref to a given parameter', value: { Ref: 'Serial' }, is: '800' },
    { name: 'Ref to a parameter with a default', value: { Ref: 'Zone' }, is: 'north' },
    // AWS: in fleet templates this one needs no declaration.
    { name: 'Ref to the certificate id', value: { Ref: 'AWS::IoT::Certificate::Id' }, is: 'ab12' },
    { name: 'Fn::Join', value: { 'Fn::Join': ['-', ['a', { Ref: 'Serial' }, 'c']] }, is: 'a-800-c' },
    { name: 'Fn::Join with an empty delimiter', value: { 'Fn::Join': ['', ['a', 'b']] }, is: 'ab' },
    { name: 'Fn::Join of one', value: { 'Fn::Join': ['-', ['a']] }, is: 'a' },
    { name: 'Fn::Join of none', value: { 'Fn::Join': ['-', []] }, is: '' },
    { name: 'Fn::Join of a split', value: { 'Fn::Join': ['-', { 'Fn::Split': [',', 'a,b'] }] }, is: 'a-b' },
    { name: 'Fn::Join with a computed delimiter', value: { 'Fn::Join': [{ Ref: 'Zone' }, ['a', 'b']] }, is: 'anorthb' },
    { name: 'Fn::Select of the first', value: { 'Fn::Select': [0, ['a', 'b']] }, is: 'a' },
    { name: 'Fn::Select of the last', value: { 'Fn::Select': [1, ['a', { Ref: 'Serial' }]] }, is: '800' },
    { name: 'Fn::Select by a text index', value: { 'Fn::Select': ['1', ['a', 'b']] }, is: 'b' },
    { name: 'Fn::Select beside null', value: { 'Fn::Select': [1, [null, 'b']] }, is: 'b' },
    { name: 'Fn::Select of a split', value: { 'Fn::Select': [2, { 'Fn::Split': ['-', 'a-b-c'] }] }, is: 'c' },
    { name: 'Fn::FindInMap', value: { 'Fn::FindInMap': ['Zones', { Ref: 'Zone' }, 'Url'] }, is: 'https://n' },
    {
      name: 'Fn::FindInMap with everything computed',
      value: { 'Fn::FindInMap': [{ 'Fn::Join': ['', ['Zo', 'nes']] }, 'south', { 'Fn::Join': ['', ['U', 'rl']] }] },
      is: 'https://s',
    },
    {
      name: 'Fn::Sub with a map',
      value: { 'Fn::Sub': ['dev-${x}-${x}', { x: { Ref: 'Serial' }, unused: 'y' }] },
      is: 'dev-800-800',
    },
    { name: 'Fn::Sub with a map and a parameter', value: { 'Fn::Sub': ['${x}/${Zone}', { x: '1' }] }, is: '1/north' },
    { name: 'Fn::Sub where the map hides a parameter', value: { 'Fn::Sub': ['${Zone}', { Zone: 'x' }] }, is: 'x' },
    { name: 'Fn::Sub without a map', value: { 'Fn::Sub': 'dev-${Serial}' }, is: 'dev-800' },
    {
      name: 'Fn::Sub with a policy variable',
      value: { 'Fn::Sub': '${!iot:ClientId}/${Serial}' },
      is: '${iot:ClientId}/800',
    },
    { name: 'Fn::Sub with dollars and braces', value: { 'Fn::Sub': '$5 {a} $$' }, is: '$5 {a} $$' },
    {
      name: 'functions in functions',
      value: { 'Fn::Select': [0, { 'Fn::Split': ['-', { 'Fn::Join': ['-', [{ 'Fn::Sub': '${Zone}!' }, 'x']] }] }] },
      is: 'north!',
    },
  ])('$name gives $is', ({ value, is }) => {
    expect(textOf(value)).toBe(is);
  });

  it('inserts a value as it is, without another look for names', () => {
    expect(textOf({ 'Fn::Sub': '${Serial}' }, { ...PARAMETERS, Serial: '${Zone} $& \\' })).toBe('${Zone} $& \\');
  });

  it('leaves alone what was not selected', () => {
    const value = { 'Fn::Select': [0, ['a', { 'Fn::Select': [7, ['b']] }]] };
    expect(textOf(value)).toBe('a');
  });
});

describe('a function that yields a list', () => {
  it.each<{ name: string; value: JsonValue; is: string[] }>([
    { name: 'an array', value: ['a', { Ref: 'Zone' }], is: ['a', 'north'] },
    { name: 'Fn::Split', value: { 'Fn::Split': [',', 'a,b'] }, is: ['a', 'b'] },
    { name: 'Fn::Split without a delimiter in the text', value: { 'Fn::Split': [',', 'a'] }, is: ['a'] },
    { name: 'Fn::Split with a long delimiter', value: { 'Fn::Split': ['::', 'a::b:c'] }, is: ['a', 'b:c'] },
    { name: 'Fn::FindInMap of a list', value: { 'Fn::FindInMap': ['Zones', 'north', 'Groups'] }, is: ['a', 'b'] },
    { name: 'Fn::FindInMap of an empty list', value: { 'Fn::FindInMap': ['Zones', 'south', 'Groups'] }, is: [] },
  ])('$name gives $is', ({ value, is }) => {
    expect(listOf(value)).toEqual(is);
  });
});

const NAME = 'Resources.thing.Properties.ThingName';

describe('a resolution', () => {
  it.each<{ name: string; value: JsonValue; field: string; says: string }>([
    {
      name: 'Fn::Select behind the end',
      value: { 'Fn::Select': [2, ['a', 'b']] },
      field: `${NAME}.Fn::Select`,
      says: 'element 2, counted from 0, of a list of 2',
    },
    {
      name: 'Fn::Select behind the end of a split',
      value: { 'Fn::Select': [1, { 'Fn::Split': [',', 'a'] }] },
      field: `${NAME}.Fn::Select`,
      says: 'of a list of 1',
    },
    {
      name: 'Fn::Select of null',
      value: { 'Fn::Select': [0, [null, 'b']] },
      field: `${NAME}.Fn::Select`,
      says: 'selects null',
    },
    {
      name: 'Fn::Select by a text that is no index',
      value: { 'Fn::Select': [{ Ref: 'Zone' }, ['a']] },
      field: `${NAME}.Fn::Select[0]`,
      says: '"north"',
    },
    {
      name: 'Fn::FindInMap with an unknown map',
      value: { 'Fn::FindInMap': [{ Ref: 'Zone' }, 'north', 'Url'] },
      field: `${NAME}.Fn::FindInMap[0]`,
      says: 'has no "north"; it has "Zones"',
    },
    {
      name: 'Fn::FindInMap with an unknown first key',
      value: { 'Fn::FindInMap': ['Zones', { Ref: 'Serial' }, 'Url'] },
      field: `${NAME}.Fn::FindInMap[1]`,
      says: 'has no "800"; it has "north", "south"',
    },
    {
      name: 'Fn::FindInMap with an unknown second key',
      value: { 'Fn::FindInMap': ['Zones', 'north', 'constructor'] },
      field: `${NAME}.Fn::FindInMap[2]`,
      says: 'has no "constructor"; it has "Url", "Groups"',
    },
    {
      name: 'Fn::FindInMap with a key without end, of which little is repeated',
      value: { 'Fn::FindInMap': ['Zones', 'x'.repeat(5_000), 'Url'] },
      field: `${NAME}.Fn::FindInMap[1]`,
      says: `has no "${'x'.repeat(64)}…"; it has`,
    },
    {
      name: 'Fn::FindInMap that finds a list where a string is needed',
      value: { 'Fn::FindInMap': ['Zones', 'north', 'Groups'] },
      field: NAME,
      says: '"ThingName" must be a string, not a list',
    },
    {
      name: 'Fn::Split by a computed empty delimiter',
      value: { 'Fn::Join': ['', { 'Fn::Split': [{ 'Fn::Join': ['', []] }, 'a'] }] },
      field: `${NAME}.Fn::Join[1].Fn::Split[0]`,
      says: 'delimiter of "Fn::Split" is empty',
    },
  ])('refuses $name', ({ value, field, says }) => {
    const error = failureOf(() => textOf(value));
    expect(error).toMatchObject({ code: 'InvalidRequest', details: { field } });
    expect(error.message).toContain(says);
    expect(error.message).toContain(`(${field})`);
  });

  it('refuses a string where a list is needed', () => {
    const error = failureOf(() => listOf({ 'Fn::FindInMap': ['Zones', 'north', 'Url'] }));
    expect(error).toMatchObject({
      code: 'InvalidRequest',
      details: { field: 'Resources.thing.Properties.ThingGroups' },
    });
    expect(error.message).toContain('must be a list, not a string');
  });

  it('ends before its values grow beyond a mebibyte', () => {
    const halves = { 'Fn::Split': [',', { Ref: 'Serial' }] };
    const value = { 'Fn::Join': [{ Ref: 'Serial' }, halves] };
    const error = failureOf(() => textOf(value, { ...PARAMETERS, Serial: 'a,'.repeat(30_000) }));
    expect(error).toMatchObject({ code: 'InvalidRequest', details: { field: `${NAME}.Fn::Join` } });
    expect(error.message).toContain('exceed 1048576 characters');
  });
});

describe('a template', () => {
  it.each<{ name: string; value: JsonValue; field: string; says: string }>([
    {
      name: 'Ref to an unknown parameter',
      value: { Ref: 'serial' },
      field: `${NAME}.Ref`,
      says: '"serial" is no parameter of this template: there are "AWS::IoT::Certificate::Id", "Serial", "Zone"',
    },
    { name: 'Ref to no name', value: { Ref: ['Serial'] }, field: `${NAME}.Ref`, says: 'must be a string' },
    { name: 'an unknown function', value: { 'Fn::GetAtt': ['a'] }, field: `${NAME}.Fn::GetAtt`, says: 'Fn::Join' },
    { name: 'two functions in one', value: { Ref: 'a', 'Fn::Join': [] }, field: NAME, says: 'stands alone' },
    { name: 'an object', value: { a: 'b' }, field: NAME, says: 'a string or a function' },
    { name: 'a number', value: 7, field: NAME, says: 'not 7' },
    { name: 'null', value: null, field: NAME, says: 'not null' },
    { name: 'an array', value: ['a'], field: NAME, says: 'not an array' },
    { name: 'a function that yields a list', value: { 'Fn::Split': [',', 'a'] }, field: NAME, says: 'not a list' },
    {
      name: 'Fn::Join without a list',
      value: { 'Fn::Join': ['a'] },
      field: `${NAME}.Fn::Join`,
      says: '"Fn::Join" takes [delimiter, list], not an array of 1',
    },
    { name: 'Fn::Join of a text', value: { 'Fn::Join': 'a' }, field: `${NAME}.Fn::Join`, says: 'not "a"' },
    {
      name: 'Fn::Join of a Ref for the list',
      value: { 'Fn::Join': ['-', { Ref: 'Serial' }] },
      field: `${NAME}.Fn::Join[1]`,
      says: 'must be a list, not a string',
    },
    {
      name: 'Fn::Join of a string for the list',
      value: { 'Fn::Join': ['-', 'ab'] },
      field: `${NAME}.Fn::Join[1]`,
      says: 'must be an array or a function that yields a list, not "ab"',
    },
    {
      name: 'Fn::Join of null',
      value: { 'Fn::Join': ['-', ['a', null]] },
      field: `${NAME}.Fn::Join[1][1]`,
      says: 'An element of the list of "Fn::Join" must be a string',
    },
    {
      name: 'Fn::Select by a fraction',
      value: { 'Fn::Select': [0.5, ['a']] },
      field: `${NAME}.Fn::Select[0]`,
      says: '0.5',
    },
    {
      name: 'Fn::Select from the end',
      value: { 'Fn::Select': [-1, ['a']] },
      field: `${NAME}.Fn::Select[0]`,
      says: '-1',
    },
    {
      name: 'Fn::Split by nothing',
      value: { 'Fn::Join': ['', { 'Fn::Split': ['', 'a'] }] },
      field: `${NAME}.Fn::Join[1].Fn::Split[0]`,
      says: 'empty',
    },
    { name: 'Fn::Sub of a number', value: { 'Fn::Sub': 7 }, field: `${NAME}.Fn::Sub`, says: 'not 7' },
    {
      name: 'Fn::Sub of a function',
      value: { 'Fn::Sub': [{ Ref: 'Serial' }, {}] },
      field: `${NAME}.Fn::Sub[0]`,
      says: 'must be a string',
    },
    {
      name: 'Fn::Sub with an unknown name',
      value: { 'Fn::Sub': ['${y}', { x: 'a' }] },
      field: `${NAME}.Fn::Sub[0]`,
      says: '"y" is no parameter',
    },
    { name: 'Fn::Sub that is not closed', value: { 'Fn::Sub': 'a${x' }, field: `${NAME}.Fn::Sub`, says: 'closing' },
    {
      name: 'Fn::Sub with a list for a name',
      value: { 'Fn::Sub': ['${x}', { x: { 'Fn::Split': [',', 'a'] } }] },
      field: `${NAME}.Fn::Sub[1].x`,
      says: 'The value of "x" must be a string, not a list',
    },
    {
      name: 'Fn::FindInMap with an unknown map',
      value: { 'Fn::FindInMap': ['Zone', 'a', 'b'] },
      field: `${NAME}.Fn::FindInMap[0]`,
      says: '"Mappings" has no map "Zone"; it has "Zones"',
    },
    {
      name: 'Fn::FindInMap with one key',
      value: { 'Fn::FindInMap': ['Zones', 'a'] },
      field: `${NAME}.Fn::FindInMap`,
      says: '[map, key, key]',
    },
  ])('is refused for $name', ({ value, field, says }) => {
    const body = aTemplate({ mappings, thing: { ThingName: value } });
    const error = failureOf(() => parseProvisioningTemplate(body, 'FLEET_PROVISIONING'));
    expect(error).toMatchObject({ code: 'InvalidRequest', details: { field } });
    expect(error.message).toContain(says);
  });
});
