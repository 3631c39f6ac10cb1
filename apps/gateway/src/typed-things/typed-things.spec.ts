import { getShadows, listThings, updateShadow } from '#thingcore/contracts';
import { IotError } from '#thingcore/errors';
import { API_KEYS } from '../gateway.fixture.js';
import { aThing } from '../registry.fixture.js';
import { startTypedGateway, THERMOSTAT, type TypedGateway } from './typed-things.fixture.js';

describe('typed things', () => {
  let gateway: TypedGateway;

  beforeAll(async () => {
    gateway = await startTypedGateway({ thermostat: THERMOSTAT });
  });

  afterAll(() => gateway.close());

  beforeEach(async () => {
    gateway.states.clear();
    gateway.services.calls.length = 0;
    await gateway.change({ thermostat: THERMOSTAT });
  });

  const data = async (query: string, variables?: Record<string, unknown>) => {
    const { body } = await gateway.graphql(query, variables);
    expect(body.errors).toBeUndefined();
    return body.data;
  };

  it('show their shadow with the types of its schema, beside all that things have', async () => {
    gateway.states.set('hall', {
      desired: { temperature: 21.5, mode: 'heat-cool' },
      reported: { temperature: 19, 'fan speed': 3, schedule: [{ at: '06:00' }, { at: '22:00', target: 16 }] },
      delta: { temperature: 21.5, mode: 'heat-cool' },
    });
    expect(
      await data(`{ thermostat(name: "hall") { name version shadow { version } desired { temperature mode }
        reported { temperature fan_speed schedule { at target } } delta { mode } mismatches { path }
        namedShadows { config { version reported { interval } } } } }`),
    ).toEqual({
      thermostat: {
        name: 'hall',
        version: 3,
        shadow: { version: 7 },
        desired: { temperature: 21.5, mode: 'heat_cool' },
        reported: {
          temperature: 19,
          fan_speed: 3,
          schedule: [
            { at: '06:00', target: null },
            { at: '22:00', target: 16 },
          ],
        },
        delta: { mode: 'heat_cool' },
        mismatches: [],
        namedShadows: { config: { version: null, reported: null } },
      },
    });
  });

  it('have null for what does not fit, and say what it is and what it should be', async () => {
    gateway.states.set('hall', { reported: { temperature: 'warm', mode: 'dry', 'fan speed': 9, pump: true } });
    expect(
      await data(`{ thermostat(name: "hall") { reported { temperature mode fan_speed }
        mismatches { section path message value } } }`),
    ).toEqual({
      thermostat: {
        reported: { temperature: null, mode: null, fan_speed: 9 },
        mismatches: [
          { section: 'REPORTED', path: 'temperature', message: 'is "warm": it must be a number', value: 'warm' },
          {
            section: 'REPORTED',
            path: 'mode',
            message: 'is "dry": it must be one of "off", "heat-cool"',
            value: 'dry',
          },
          { section: 'REPORTED', path: 'fan speed', message: 'is 9: it must be at most 5', value: 9 },
          {
            section: 'REPORTED',
            path: 'pump',
            message: 'is not in the schema: take it out, or use temperature, mode, fan speed, firmware, schedule',
            value: true,
          },
        ],
      },
    });
  });

  it('are null under the field of a type that is not theirs', async () => {
    expect(await data('{ thermostat(name: "lamp") { name } }')).toEqual({ thermostat: null });
  });

  it('are listed with one call for their shadows, however many they are', async () => {
    const many = Array.from({ length: 100 }, (_, n) => aThing(`hall-${n}`, { thingTypeName: 'thermostat' }));
    gateway.services.answer(listThings, () => ({ things: many }));
    for (const { thingName } of many) gateway.states.set(thingName, { reported: { temperature: 1 } });
    const answer = await data(`{ thermostats(first: 100, filter: { namePrefix: "hall" }) {
      edges { node { reported { temperature } desired { mode } mismatches { path } } } pageInfo { hasNextPage } } }`);
    expect((answer?.['thermostats'] as { edges: unknown[] }).edges).toHaveLength(100);
    expect(gateway.services.requestsOf(listThings)).toEqual([
      expect.objectContaining({ thingTypeName: 'thermostat', namePrefix: 'hall', limit: 100 }),
    ]);
    expect(gateway.services.requestsOf(getShadows)).toHaveLength(1);
  });

  it('refuse to list those of another type', async () => {
    const { body } = await gateway.graphql('{ thermostats(filter: { type: "lamp" }) { edges { cursor } } }');
    expect(body.errors?.[0]?.extensions).toMatchObject({ code: 'InvalidRequest', details: { field: 'filter.type' } });
  });

  describe('when they are updated', () => {
    const MUTATION = `mutation ($input: UpdateThermostatInput!) { updateThermostat(input: $input) {
      thermostat { name } accepted errors { code field message } } }`;
    const update = async (desired: object, name = 'hall') => {
      const answer = await data(MUTATION, { input: { name, desired, clientToken: 't' } });
      return answer?.['updateThermostat'];
    };

    it('are desired what the shadow calls it, in the name of the caller', async () => {
      const accepted = { state: {}, metadata: {}, version: 8, timestamp: 1 };
      gateway.services.answer(updateShadow, () => ({ accepted }));
      const outcome = await update({
        temperature: 20,
        mode: 'heat_cool',
        fan_speed: null,
        schedule: [{ at: '06:00' }],
      });
      expect(outcome).toEqual({ thermostat: { name: 'hall' }, accepted, errors: [] });
      const [request] = gateway.services.requestsOf(updateShadow) as { payload: string }[];
      expect(request).toMatchObject({
        thingName: 'hall',
        author: { origin: 'GRAPHQL', principal: 'the admin' },
      });
      expect(JSON.parse(Buffer.from(request?.payload ?? '', 'base64').toString())).toEqual({
        state: {
          desired: { temperature: 20, mode: 'heat-cool', 'fan speed': null, schedule: [{ at: '06:00' }] },
        },
        clientToken: 't',
      });
    });

    it('answer what the shadow service refuses, at the field of the input', async () => {
      gateway.services.answer(updateShadow, () => {
        const issues = [{ path: 'state.desired.fan speed', message: 'is 9: it must be at most 5' }];
        throw new IotError('InvalidRequest', 'no', { details: { field: 'state.desired.fan speed', issues } });
      });
      expect(await update({ fan_speed: 9 })).toEqual({
        thermostat: null,
        accepted: null,
        errors: [
          {
            code: 'InvalidRequest',
            field: ['input', 'desired', 'fan_speed'],
            message: 'is 9: it must be at most 5',
          },
        ],
      });
    });

    it.each([
      ['that do not exist', 'nobody', 'ResourceNotFound'],
      ['of another type', 'lamp', 'InvalidRequest'],
    ])('are refused for things %s', async (_name, name, code) => {
      expect(await update({ temperature: 1 }, name)).toMatchObject({
        thermostat: null,
        errors: [{ code, field: ['input', 'name'] }],
      });
    });

    it.each([
      ['what is read-only', { firmware: '2' }],
      ['a text that is none of the choices', { mode: 'dry' }],
      ['an element of a list without what it needs', { schedule: [{ target: 1 }] }],
    ])('cannot even be asked for %s', async (_name, desired) => {
      const { body } = await gateway.graphql(MUTATION, { input: { name: 'hall', desired } });
      expect(body.errors?.[0]?.extensions?.code).toBe('GRAPHQL_VALIDATION_FAILED');
    });

    it('are refused to viewers', async () => {
      const { body } = await gateway.graphql(MUTATION, { input: { name: 'hall', desired: {} } }, API_KEYS.viewer);
      expect(body.errors?.[0]?.message).toContain('updateThermostat needs the role operator or admin');
    });
  });

  it('have a field, and lose it, as soon as the schema changes', async () => {
    const query = '{ thermostat(name: "hall") { reported { humidity } } }';
    const before = await gateway.graphql(query);
    expect(before.body.errors?.[0]?.extensions?.code).toBe('GRAPHQL_VALIDATION_FAILED');
    gateway.states.set('hall', { reported: { humidity: 40 } });
    await gateway.change({
      thermostat: { classic: { type: 'object', properties: { humidity: { type: 'number' } } } },
    });
    expect(await data(query)).toEqual({ thermostat: { reported: { humidity: 40 } } });
    await gateway.change({});
    const after = await gateway.graphql(query);
    expect(after.body.errors?.[0]?.message).toContain('Cannot query field "thermostat"');
  });

  it.each([
    ['cannot be read', { classic: { type: 'array' } }, 'must be "object"'],
    [
      'would take a name of the API',
      { graphqlName: 'Shadow', classic: { type: 'object', properties: { a: {} } } },
      'Shadow',
    ],
  ])('are left out when their schema %s, and do no harm', async (_name, schema, reason) => {
    await gateway.change({ broken: schema, thermostat: THERMOSTAT });
    expect(await data('{ thermostat(name: "hall") { name } }')).toEqual({ thermostat: { name: 'hall' } });
    const { body } = await gateway.graphql('{ broken(name: "x") { name } }');
    expect(body.errors?.[0]?.message).toContain('Cannot query field "broken"');
    expect(await data('{ thingType(name: "broken") { shadowSchemaProblem } }')).toEqual({
      thingType: { shadowSchemaProblem: expect.stringContaining(reason) as string },
    });
  });

  it('cannot be given a schema that takes names of the API', async () => {
    const { body } = await gateway.graphql(
      `mutation { createThingType(input: { name: "thing", shadowSchema: { classic: { type: "object" } } }) {
        errors { code field message } } }`,
    );
    expect(body.data?.['createThingType']).toMatchObject({
      errors: [{ code: 'InvalidRequest', field: ['input', 'shadowSchema', 'graphqlName'] }],
    });
  });
});
