import { GraphQLSchemaHost } from '@nestjs/graphql';
import { listDeadLetters, replayRule } from '#thingcore/contracts';
import type { GraphQLFieldResolver } from 'graphql';
import { API_KEYS, type GatewayUnderTest, startGateway } from '../gateway.fixture.js';

describe('what shows the messages of devices', () => {
  let gateway: GatewayUnderTest;

  beforeAll(async () => {
    gateway = await startGateway();
    gateway.services.answer(listDeadLetters, () => ({ deadLetters: [] }));
    gateway.services.answer(replayRule, () => ({
      ...{ messages: 0, passed: 0, failed: [], actions: [], notRecorded: 0, samples: [] },
    }));
  });

  afterAll(() => gateway.close());

  it.each([
    ['dead letters', '{ deadLetters { nodes { id } } }'],
    ['a replay', '{ replay(rule: "r", from: "2023-11-14T22:13:20Z", to: "2023-11-14T22:13:20Z") { messages } }'],
  ])('is for operators: %s', async (_name, query) => {
    const refused = await gateway.graphql(query, undefined, API_KEYS.viewer);
    expect(refused.body).toMatchObject({ errors: [{ extensions: { code: 'FORBIDDEN' } }] });
    expect((await gateway.graphql(query, undefined, API_KEYS.operator)).body).not.toHaveProperty('errors');
  });

  it('is for operators: the trace of a rule', () => {
    const { schema } = gateway.app.get(GraphQLSchemaHost, { strict: false });
    const subscribe = schema.getSubscriptionType()?.getFields()['traceRule']?.subscribe as GraphQLFieldResolver<
      unknown,
      unknown
    >;
    const watch = () => subscribe({}, {}, { caller: { name: 'v', role: 'viewer', credential: 'apiKey' } }, {} as never);
    expect(watch).toThrow(/traceRule needs the role operator or admin/);
  });
});
