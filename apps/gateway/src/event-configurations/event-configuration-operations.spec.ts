import { getEventConfigurations, updateEventConfigurations } from '#thingcore/contracts';
import { type GatewayUnderTest, startGateway } from '../gateway.fixture.js';
import { describeOperations } from '../operations.fixture.js';

const ENABLED = {
  THING: true,
  THING_GROUP: false,
  THING_TYPE: false,
  THING_GROUP_MEMBERSHIP: false,
  THING_GROUP_HIERARCHY: false,
  THING_TYPE_ASSOCIATION: false,
  POLICY: false,
  CERTIFICATE: false,
  CA_CERTIFICATE: true,
};

const SHOWN = Object.entries(ENABLED).map(([kind, enabled]) => ({ kind, enabled }));

describeOperations('the operations of event configurations', [
  {
    name: 'eventConfigurations',
    operation: '{ eventConfigurations { kind enabled } }',
    command: getEventConfigurations,
    request: {},
    reply: { eventConfigurations: ENABLED },
    data: { eventConfigurations: SHOWN },
  },
  {
    name: 'updateEventConfigurations',
    operation: `mutation { updateEventConfigurations(input: { eventConfigurations: [
      { kind: THING, enabled: true }, { kind: POLICY, enabled: false }
    ] }) { eventConfigurations { kind enabled } } }`,
    command: updateEventConfigurations,
    request: { eventConfigurations: { THING: true, POLICY: false } },
    reply: { eventConfigurations: ENABLED },
    data: { updateEventConfigurations: { eventConfigurations: SHOWN } },
  },
]);

describe('updateEventConfigurations', () => {
  let gateway: GatewayUnderTest;

  beforeAll(async () => {
    gateway = await startGateway();
  });

  afterAll(() => gateway.close());

  it('refuses a kind that is given twice', async () => {
    const { body } = await gateway.graphql(`mutation { updateEventConfigurations(input: { eventConfigurations: [
      { kind: THING, enabled: true }, { kind: THING, enabled: false }
    ] }) { eventConfigurations { kind } } }`);
    expect(body.errors?.[0]?.extensions).toMatchObject({
      code: 'InvalidRequest',
      details: { field: 'eventConfigurations' },
    });
    expect(gateway.services.requestsOf(updateEventConfigurations)).toEqual([]);
  });
});
