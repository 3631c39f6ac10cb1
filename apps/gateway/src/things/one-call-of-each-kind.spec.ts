import {
  getCertificates,
  getConnectivityOfThings,
  getGroupsOfThings,
  getPolicies,
  getPoliciesOfTargets,
  getPrincipalsOfThings,
  getShadows,
  getThingGroups,
  getThingTypes,
  listThings,
} from '#thingcore/contracts';
import { aConnection } from '../clients/client.fixture.js';
import { type GatewayUnderTest, startGateway } from '../gateway.fixture.js';
import { aCertificate, anId, aPolicy, aThing, aThingGroup, aThingType } from '../registry.fixture.js';

const NAMES = Array.from({ length: 100 }, (_, index) => `thing-${String(index).padStart(3, '0')}`);
const digitOf = (thingName: string) => thingName.at(-1) ?? '0';

describe('100 things with all that belongs to them', () => {
  let gateway: GatewayUnderTest;

  beforeAll(async () => {
    gateway = await startGateway();
    const { services } = gateway;
    services.answer(listThings, () => ({ things: NAMES.map((name) => aThing(name, { thingTypeName: 'light' })) }));
    services.answer(getThingTypes, () => ({ thingTypes: [aThingType('light')] }));
    services.answer(getShadows, ({ thingNames }) => ({
      shadows: thingNames.map((thingName) => ({
        thingName,
        document: { state: { reported: { on: true } }, metadata: {}, version: 1, timestamp: 7 },
      })),
    }));
    services.answer(getConnectivityOfThings, () => ({ things: [] }));
    services.answer(getGroupsOfThings, ({ thingNames }) => ({
      things: thingNames.map((thingName) => ({ thingName, groupNames: [`group-${digitOf(thingName)}`] })),
    }));
    services.answer(getThingGroups, ({ thingGroupNames }) => ({
      thingGroups: thingGroupNames.map((name) => aThingGroup(name)),
    }));
    services.answer(getPrincipalsOfThings, ({ thingNames }) => ({
      things: thingNames.map((thingName) => ({
        thingName,
        principals: [{ certificateId: anId(digitOf(thingName)), thingPrincipalType: 'EXCLUSIVE_THING' as const }],
      })),
    }));
    services.answer(getCertificates, ({ certificateIds }) => ({
      certificates: certificateIds.map((id) => aCertificate(id.charAt(0))),
    }));
    services.answer(getPoliciesOfTargets, ({ targets }) => ({
      targets: targets.map((target) => ({ target, policyNames: ['lights'] })),
    }));
    services.answer(getPolicies, () => ({ policies: [aPolicy('lights')] }));
  });

  afterAll(() => gateway.close());

  const callsOf = async (selection: string) => {
    gateway.services.calls.length = 0;
    const { body } = await gateway.graphql(`{ things(first: 100) { nodes { ${selection} } } }`);
    expect(body.errors).toBeUndefined();
    expect((body.data as { things: { nodes: unknown[] } }).things.nodes).toHaveLength(100);
    return gateway.services.calls.map(({ pattern }) => pattern).filter((pattern) => pattern !== 'apiKey.verify.v1');
  };

  it('take one call to each service beside those of the registry, which takes one of each kind', async () => {
    const calls = await callsOf('name shadow { reported version } connectivity { connected } groups { name }');
    expect(calls.toSorted()).toEqual(
      [listThings, getShadows, getConnectivityOfThings, getGroupsOfThings, getThingGroups]
        .map(({ pattern }) => pattern)
        .sort(),
    );
  });

  it('take one call of each kind with their type, certificates and policies, too', async () => {
    const calls = await callsOf(`name type { name } shadow { version } connectivity { connected } groups { name }
      principals(first: 1) { nodes { certificate { status policies { name } } } }`);
    const kinds = [
      ...[listThings, getThingTypes, getShadows, getConnectivityOfThings, getGroupsOfThings, getThingGroups],
      ...[getPrincipalsOfThings, getCertificates, getPoliciesOfTargets, getPolicies],
    ];
    expect(calls.toSorted()).toEqual(kinds.map(({ pattern }) => pattern).sort());
  });

  it('are found by who is connected with one more call', async () => {
    gateway.services.answer(getConnectivityOfThings, ({ thingNames }) => ({
      things: thingNames
        .filter((name) => name.endsWith('7'))
        .map((thingName) => ({
          thingName,
          connectivity: aConnection(thingName),
        })),
    }));
    gateway.services.calls.length = 0;
    const { body } = await gateway.graphql(
      '{ things(first: 3, filter: { connected: true }) { nodes { name } pageInfo { hasNextPage } } }',
    );
    expect(body.data).toEqual({
      things: {
        nodes: [{ name: 'thing-007' }, { name: 'thing-017' }, { name: 'thing-027' }],
        pageInfo: { hasNextPage: true },
      },
    });
    expect(gateway.services.requestsOf(getConnectivityOfThings)).toHaveLength(1);
  });
});
