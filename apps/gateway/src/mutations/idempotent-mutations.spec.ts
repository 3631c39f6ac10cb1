import {
  claimIdempotencyKey,
  completeIdempotencyKey,
  createKeysAndCertificate,
  createThing,
  publishMessage,
  releaseIdempotencyKey,
} from '#thingcore/contracts';
import { IotError } from '#thingcore/errors';
import { API_KEYS, type GatewayUnderTest, startGateway } from '../gateway.fixture.js';
import { aCertificate, aThing } from '../registry.fixture.js';

const CLAIM_ID = '00000000-0000-4000-8000-000000000001';
const KEYS = { publicKeyPem: 'public', privateKeyPem: 'private', authorityPem: 'ca' };

describe('an idempotency key', () => {
  let gateway: GatewayUnderTest;
  const kept = new Map<string, string>();

  beforeAll(async () => {
    gateway = await startGateway();
  });

  beforeEach(() => {
    kept.clear();
    const { services } = gateway;
    services.calls.length = 0;
    services.answer(claimIdempotencyKey, ({ caller, key }) => {
      const answer = kept.get(`${caller} ${key}`);
      return answer === undefined
        ? { state: 'claimed' as const, claimId: CLAIM_ID }
        : { state: 'completed' as const, answer };
    });
    services.answer(completeIdempotencyKey, ({ caller, key, answer }) => {
      kept.set(`${caller} ${key}`, answer);
      return {};
    });
    services.answer(releaseIdempotencyKey, () => ({}));
    services.answer(createThing, ({ thingName }) => aThing(thingName));
  });

  afterAll(() => gateway.close());

  const create = (selection: string, key = 'k-1', apiKey: string = API_KEYS.operator, name = 'lamp') =>
    gateway.graphql(
      `mutation { createThing(input: { name: "${name}", idempotencyKey: "${key}" }) { ${selection} } }`,
      undefined,
      apiKey,
    );

  it('makes a mutation run once, whatever is selected of its answer', async () => {
    await create('thing { id }');
    const { body } = await create('thing { name arn } errors { code }');
    expect(body).toEqual({
      data: { createThing: { thing: { name: 'lamp', arn: aThing('lamp').thingArn }, errors: [] } },
    });
    expect(gateway.services.requestsOf(createThing)).toEqual([{ thingName: 'lamp' }]);
  });

  it('brings a private key back whose answer was lost', async () => {
    gateway.services.answer(createKeysAndCertificate, () => ({ ...aCertificate('a'), ...KEYS }));
    const make = () =>
      gateway.graphql(
        'mutation { createKeysAndCertificate(input: { idempotencyKey: "k-2" }) { certificate { id } privateKey } }',
      );
    const first = await make();
    expect(await make()).toMatchObject({ body: first.body });
    expect(gateway.services.requestsOf(createKeysAndCertificate)).toHaveLength(1);
  });

  it("is each caller's own", async () => {
    await create('thing { id }');
    await create('thing { id }', 'k-1', API_KEYS.admin);
    expect(gateway.services.requestsOf(createThing)).toHaveLength(2);
  });

  it('stands for the input as it counts, in whatever order and with or without defaults', async () => {
    const publish = async (input: string) => {
      gateway.services.answer(publishMessage, () => ({ messageId: 'm' }));
      await gateway.graphql(`mutation { publish(input: { ${input} }) { messageId } }`);
      return gateway.services.requestsOf(claimIdempotencyKey).at(-1);
    };
    const claim = await publish('topic: "a", payload: { x: 1, y: [{ b: 1, a: 2 }] }, idempotencyKey: "k-3"');
    expect(claim).toEqual({
      caller: 'apiKey the admin',
      key: 'k-3',
      operation: 'publish',
      inputSha256: expect.stringMatching(/^[0-9a-f]{64}$/),
      leaseMs: 60_000,
    });
    expect(await publish('qos: 0, idempotencyKey: "k-3", payload: { y: [{ a: 2, b: 1 }], x: 1 }, topic: "a"')).toEqual(
      claim,
    );
    expect(await publish('topic: "b", payload: 1, idempotencyKey: "k-3"')).not.toEqual(claim);
  });

  it('that was used with another input is an error at its field', async () => {
    gateway.services.answer(claimIdempotencyKey, () => {
      throw new IotError('InvalidRequest', 'This key was used', { details: { field: 'key' } });
    });
    const { body } = await create('errors { code field }');
    expect(body.data).toEqual({
      createThing: { errors: [{ code: 'InvalidRequest', field: ['input', 'idempotencyKey'] }] },
    });
    expect(gateway.services.requestsOf(createThing)).toEqual([]);
  });

  it('waits for the request that came before it', async () => {
    let looks = 0;
    gateway.services.answer(claimIdempotencyKey, () =>
      looks++ === 0
        ? { state: 'running' as const }
        : { state: 'completed' as const, answer: '{"thing":{"name":"lamp"},"errors":[]}' },
    );
    const { body } = await create('thing { name }');
    expect(body.data).toEqual({ createThing: { thing: { name: 'lamp' } } });
    expect(looks).toBe(2);
  });

  it.each([
    ['is given back when the mutation was refused', new IotError('ResourceAlreadyExists', 'x'), 1],
    ['is given back when the service is away', new IotError('ServiceUnavailable', 'x'), 1],
    ['stays claimed when nobody knows what was done', new IotError('GatewayTimeout', 'x'), 0],
  ])('%s', async (_name, error, released) => {
    gateway.services.answer(createThing, () => {
      throw error;
    });
    await create('thing { name }');
    expect(gateway.services.requestsOf(releaseIdempotencyKey)).toHaveLength(released);
    expect(gateway.services.requestsOf(completeIdempotencyKey)).toEqual([]);
  });

  it('does not turn a change that was made into an error when its answer cannot be kept', async () => {
    gateway.services.answer(completeIdempotencyKey, () => {
      throw new IotError('ServiceUnavailable', 'x');
    });
    expect((await create('thing { name }')).body.data).toEqual({ createThing: { thing: { name: 'lamp' } } });
    expect(gateway.services.requestsOf(releaseIdempotencyKey)).toEqual([]);
  });

  it('asks nobody when there is none', async () => {
    await gateway.graphql('mutation { createThing(input: { name: "lamp", idempotencyKey: null }) { thing { id } } }');
    await gateway.graphql('mutation { createThing(input: { name: "lamp" }) { thing { id } } }');
    expect(gateway.services.requestsOf(claimIdempotencyKey)).toEqual([]);
    expect(gateway.services.requestsOf(createThing)).toEqual([{ thingName: 'lamp' }, { thingName: 'lamp' }]);
  });
});
