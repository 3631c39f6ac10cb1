import { z } from 'zod';
import { command } from '#thingcore/contracts';
import { ContractPipe } from './contract.pipe.js';

const contract = command('registry', 'thing.create.v1', {
  request: z.strictObject({
    name: z.string().max(8, 'must be at most 8 characters'),
    attributes: z.record(z.string().regex(/^[a-z]+$/, 'must be lower-case letters'), z.string()).default({}),
    tags: z.array(z.strictObject({ key: z.string(), value: z.string() })).optional(),
  }),
  reply: z.object({}),
});

function refusalOf(work: () => unknown): unknown {
  try {
    return work();
  } catch (error) {
    return error;
  }
}

describe('ContractPipe', () => {
  const sut = new ContractPipe(contract);

  it('answers what the schema puts out', () => {
    expect(sut.transform({ name: 'lamp' })).toEqual({ name: 'lamp', attributes: {} });
  });

  it('leaves out what the next release says in addition, wherever it is, and nothing else', () => {
    const sent = { name: 'lamp', colour: 'red', tags: [{ key: 'a', value: 'b', scope: 'site' }] };
    expect(sut.transform(sent)).toEqual({ name: 'lamp', attributes: {}, tags: [{ key: 'a', value: 'b' }] });
    expect(sent).toHaveProperty('colour');
    expect(refusalOf(() => sut.transform({ ...sent, name: 1 }))).toMatchObject({ code: 'InvalidRequest' });
  });

  it.each([
    ['a value', { name: 'much too long' }, 'name', 'must be at most 8 characters'],
    ['the key of a record', { name: 'a', attributes: { Site: 'x' } }, 'attributes.Site', 'must be lower-case letters'],
    ['a value of a record', { name: 'a', attributes: { site: 1 } }, 'attributes.site', 'expected string'],
    ['no object at all', 'lamp', '', 'expected object'],
  ])('names field and reason when it refuses %s', (_name, payload, field, reason) => {
    expect(refusalOf(() => sut.transform(payload))).toMatchObject({
      code: 'InvalidRequest',
      message: expect.stringContaining(reason) as string,
      details: { field },
    });
  });
});
