import { createThing, deleteTopicRule, recordAudit } from '#thingcore/contracts';
import { IotError } from '#thingcore/errors';
import { API_KEYS, type GatewayUnderTest, startGateway } from '../gateway.fixture.js';
import { aThing } from '../registry.fixture.js';

const ERRORS = 'errors { code message field details }';

describe('a mutation that is refused', () => {
  let gateway: GatewayUnderTest;

  beforeAll(async () => {
    gateway = await startGateway();
    gateway.services.answer(recordAudit, () => ({}));
  });

  afterAll(() => gateway.close());

  const refuse = (error: Error) =>
    gateway.services.answer(createThing, () => {
      throw error;
    });
  const create = (selection: string, { parameters = '', fragment = '' } = {}) =>
    gateway.graphql(`mutation ${parameters} { createThing(input: { name: "lamp" }) { ${selection} } } ${fragment}`);
  const FRAGMENT = { fragment: `fragment Errors on CreateThingPayload { ${ERRORS} }` };
  const PARAMETERS = { parameters: '($yes: Boolean = true)' };
  const CONFLICT = new IotError('ResourceAlreadyExists', 'There is another lamp', {
    details: { field: 'thingName', resourceArn: 'arn' },
  });
  const TOLD = {
    code: 'ResourceAlreadyExists',
    message: 'There is another lamp',
    field: ['input', 'name'],
    details: { resourceArn: 'arn' },
  };

  it.each([
    ['its fields', ERRORS, {}],
    ['a fragment', '...Errors', FRAGMENT],
    ['an inline fragment', `... on CreateThingPayload { ${ERRORS} }`, {}],
    ['a field that is included', 'errors @include(if: $yes) { code message field details }', PARAMETERS],
  ])('answers its errors as data to whoever selects them in %s', async (_name, selection, parts) => {
    refuse(CONFLICT);
    const { statusCode, body } = await create(`thing { name } ${selection}`, parts);
    expect(body).toEqual({ data: { createThing: { thing: null, errors: [TOLD] } } });
    expect(statusCode).toBe(200);
  });

  it.each([
    ['does not select them', 'thing { name }', {}],
    ['leaves them out', 'thing { name } errors @skip(if: $yes) { code }', PARAMETERS],
  ])('is an error of GraphQL for whoever %s', async (_name, selection, parts) => {
    refuse(CONFLICT);
    const { body } = await create(selection, parts);
    expect(body.data).toBeNull();
    expect(body.errors).toMatchObject([
      {
        message: 'There is another lamp',
        path: ['createThing'],
        extensions: { code: 'ResourceAlreadyExists', details: { field: 'name', resourceArn: 'arn' } },
      },
    ]);
  });

  it('names each of several fields at fault', async () => {
    const issues = [
      { path: 'thingName', message: 'is too long' },
      { path: 'attributes.site', message: 'must be a text' },
      { path: '', message: 'is odd' },
    ];
    refuse(new IotError('InvalidRequest', 'The request is not valid', { details: { issues } }));
    const { body } = await create(ERRORS);
    expect(body.data).toEqual({
      createThing: {
        errors: [
          { code: 'InvalidRequest', message: 'is too long', field: ['input', 'name'], details: null },
          { code: 'InvalidRequest', message: 'must be a text', field: ['input', 'attributes', 'site'], details: null },
          { code: 'InvalidRequest', message: 'is odd', field: null, details: null },
        ],
      },
    });
  });

  it('names an argument that is no input', async () => {
    gateway.services.answer(deleteTopicRule, () => {
      throw new IotError('InvalidRequest', 'No such name', { details: { field: 'ruleName' } });
    });
    const { body } = await gateway.graphql('mutation { deleteTopicRule(name: "a b") { name errors { field } } }');
    expect(body.data).toEqual({ deleteTopicRule: { name: null, errors: [{ field: ['name'] }] } });
  });

  it.each([
    ['cannot be reached', new IotError('ServiceUnavailable', 'The registry does not answer'), 'ServiceUnavailable'],
    ['fails', new Error('at secret.ts:7'), 'Internal'],
  ])('is an error of GraphQL with a correlation id when its service %s', async (_name, error, code) => {
    refuse(error);
    const { body } = await create(ERRORS);
    expect(body).toMatchObject({ data: null, errors: [{ extensions: { code, correlationId: expect.any(String) } }] });
    expect(JSON.stringify(body)).not.toContain('secret.ts');
  });

  it('is an error of GraphQL when its caller may not use it', async () => {
    const query = `mutation { createThing(input: { name: "lamp" }) { ${ERRORS} } }`;
    const { body } = await gateway.graphql(query, undefined, API_KEYS.viewer);
    expect(body).toMatchObject({ data: null, errors: [{ extensions: { code: 'FORBIDDEN' } }] });
  });

  it('does not keep the next one of its request from being made', async () => {
    gateway.services.answer(createThing, ({ thingName }) => {
      if (thingName === 'bad') throw CONFLICT;
      return aThing(thingName);
    });
    const { body } = await gateway.graphql(`mutation {
      bad: createThing(input: { name: "bad" }) { thing { name } errors { code } }
      good: createThing(input: { name: "good" }) { thing { name } errors { code } }
    }`);
    expect(body.data).toEqual({
      bad: { thing: null, errors: [{ code: 'ResourceAlreadyExists' }] },
      good: { thing: { name: 'good' }, errors: [] },
    });
  });

  it('is in the audit log as one that failed', async () => {
    gateway.services.calls.length = 0;
    refuse(CONFLICT);
    await create(ERRORS);
    const [request] = gateway.services.requestsOf(recordAudit);
    expect(request).toMatchObject({ entries: [{ outcome: 'failed', errorCode: 'ResourceAlreadyExists' }] });
  });
});
