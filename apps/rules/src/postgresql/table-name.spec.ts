import { parseTableName } from './table-name.js';

describe('parseTableName', () => {
  it.each([
    ['readings', '"readings"'],
    ['plant.readings', '"plant"."readings"'],
    ['Plant.Größe 1', '"Plant"."Größe 1"'],
  ])('quotes %s as it is', (text, quoted) => {
    expect(parseTableName(text)).toEqual({ quoted });
  });

  it.each([
    'registry.api_keys',
    'shadow.shadows',
    'rules.inbox',
    'pg_catalog.pg_authid',
    'pg_temp.x',
    'information_schema.tables',
  ])('refuses %s, which is none of the operator', (text) => {
    expect(parseTableName(text)).toEqual({ problem: expect.stringMatching(/is not open to rules/) });
  });

  it.each([
    ['three parts', 'a.b.c'],
    ['an empty part', 'plant.'],
    ['a quote', 'a"; DROP TABLE b; --'],
    ['a line break', 'a\nb'],
    ['more than 63 bytes', 'ä'.repeat(32)],
  ])('refuses a name with %s', (_name, text) => {
    expect(parseTableName(text)).toHaveProperty('problem');
  });
});
