import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { incompatibleWith, type ReleasedContract, shapesOfContracts } from './compatibility.fixture.js';

const RELEASED = join(import.meta.dirname, 'released-contracts.json');

const command = (request: z.ZodType, reply: z.ZodType = z.object({})): Record<string, ReleasedContract> => ({
  'thing.create.v1': {
    kind: 'command',
    owner: 'registry',
    request: z.toJSONSchema(request, { io: 'input' }),
    reply: z.toJSONSchema(reply, { io: 'output' }),
  },
});

const name = z.string().max(8);

describe('the contracts of this build', () => {
  it('live beside those of the last release; THINGCORE_RECORD_RELEASE=1 records a new one', async () => {
    const current = shapesOfContracts();
    // A contract a line: what a change means is seen in its diff.
    const lines = Object.entries(current).map(
      ([pattern, shape]) => `  ${JSON.stringify(pattern)}: ${JSON.stringify(shape)}`,
    );
    if (process.env['THINGCORE_RECORD_RELEASE'] === '1') await writeFile(RELEASED, `{\n${lines.join(',\n')}\n}\n`);
    const released = JSON.parse(await readFile(RELEASED, 'utf8')) as Record<string, ReleasedContract>;
    expect(Object.keys(released).length).toBeGreaterThan(100);
    expect(incompatibleWith(released, current)).toEqual([]);
  });
});

describe('the check of a contract', () => {
  const base = command(z.strictObject({ name, size: z.int().optional() }), z.object({ id: z.string() }));
  const reply = z.object({ id: z.string() });

  it.each<[string, Record<string, ReleasedContract>, RegExp]>([
    ['is gone', {}, /thing.create.v1 is gone/],
    [
      'needs one more member',
      command(z.strictObject({ name, size: z.int().optional(), site: z.string() }), reply),
      /site: is needed/,
    ],
    ['needs what was optional', command(z.strictObject({ name, size: z.int() }), reply), /size: is needed/],
    ['has lost a member of its request', command(z.strictObject({ name }), reply), /request.size is gone/],
    [
      'takes less',
      command(z.strictObject({ name: z.string().max(7), size: z.int().optional() }), reply),
      /maxLength 7/,
    ],
    ['takes another type', command(z.strictObject({ name, size: z.string().optional() }), reply), /size: is "integer"/],
    ['takes a pattern', command(z.strictObject({ name: name.regex(/a/), size: z.int().optional() }), reply), /pattern/],
    ['answers less', command(z.strictObject({ name, size: z.int().optional() }), z.object({})), /reply.id/],
    [
      'answers now and then',
      command(z.strictObject({ name, size: z.int().optional() }), z.object({ id: z.string().optional() })),
      /id: is needed/,
    ],
  ])('refuses one that %s', (_name, changed, problem) => {
    expect(incompatibleWith(base, changed).join('\n')).toMatch(problem);
  });

  it('refuses a new value where the release before knows all values', () => {
    const of = (...values: [string, ...string[]]) => command(z.object({}), z.object({ status: z.enum(values) }));
    expect(incompatibleWith(of('A', 'B'), of('A', 'B', 'C'))).toEqual([expect.stringContaining('value "C"')]);
    expect(incompatibleWith(of('A', 'B'), of('A'))).toEqual([]);
    const asked = (...values: [string, ...string[]]) => command(z.object({ status: z.enum(values) }));
    expect(incompatibleWith(asked('A', 'B'), asked('A', 'B', 'C'))).toEqual([]);
    expect(incompatibleWith(asked('A', 'B'), asked('A'))).toEqual([expect.stringContaining('value "B"')]);
  });

  it('looks into lists, records and alternatives', () => {
    const of = (inner: z.ZodType) =>
      command(
        z.object({
          list: z.array(z.object({ inner })),
          record: z.record(z.string(), inner),
          either: z.union([inner, z.null()]),
        }),
      );
    const problems = incompatibleWith(of(z.string()), of(z.string().max(3)));
    expect(problems).toHaveLength(3);
  });

  it('allows what either release passes over: optional members, longer values, new contracts', () => {
    const wider = z.strictObject({ name: z.string().max(9), size: z.number().optional(), site: z.string().optional() });
    const changed = {
      ...command(wider, reply.extend({ site: z.string() })),
      'thing.paint.v1': base['thing.create.v1']!,
    };
    expect(incompatibleWith(base, changed)).toEqual([]);
  });
});
