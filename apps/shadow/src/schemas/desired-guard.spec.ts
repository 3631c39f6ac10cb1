import {
  type CommandContract,
  type getThings,
  listShadowSchemas,
  type ReplyOf,
  type RequestOf,
} from '#thingcore/contracts';
import type { JsonObject } from '#thingcore/errors';
import { Lifecycle, Logger } from '#thingcore/platform';
import { RpcClient } from '#thingcore/transport';
import { DesiredGuard } from './desired-guard.js';
import { ShadowSchemas } from './shadow-schemas.js';

const schemaOf = (validation: string): JsonObject => ({
  validation,
  classic: { type: 'object', properties: { level: { type: 'number', maximum: 10 } } },
});

/** A registry with two types: one validates MQTT clients, too. */
class FakeRegistry extends RpcClient {
  schemas: Record<string, JsonObject> = { mild: schemaOf('GRAPHQL'), strict: schemaOf('ALL') };
  readonly asked: string[][] = [];
  private revision = 0;

  override call<C extends CommandContract>(contract: C, request: RequestOf<C>): Promise<ReplyOf<C>> {
    return Promise.resolve(this.answer(contract.pattern, request) as ReplyOf<C>);
  }

  private answer(pattern: string, request: unknown): unknown {
    if (pattern === listShadowSchemas.pattern) {
      const schemas = Object.entries(this.schemas);
      return {
        revision: ++this.revision,
        schemas: schemas.map(([thingTypeName, shadowSchema]) => ({ thingTypeName, shadowSchema })),
      };
    }
    const { thingNames } = request as RequestOf<typeof getThings>;
    this.asked.push(thingNames);
    // A thing has the type that it is called after: mild-1.
    return { things: thingNames.map((thingName) => ({ thingName, thingTypeName: thingName.split('-')[0] })) };
  }
}

describe('DesiredGuard', () => {
  let registry: FakeRegistry;
  let schemas: ShadowSchemas;
  let guard: DesiredGuard;

  beforeEach(async () => {
    registry = new FakeRegistry();
    const logger = Logger.create({ service: 'shadow', level: 'silent', format: 'json' });
    schemas = new ShadowSchemas(registry, logger, new Lifecycle(logger));
    guard = new DesiredGuard(schemas, registry);
    await schemas.refresh();
  });

  const updateOf = (
    thingName: string,
    desired: JsonObject | null,
    origin: 'MQTT' | 'GRAPHQL' | 'PLATFORM',
    shadowName?: string,
  ) => ({
    key: { thingName, shadowName },
    request: { state: { desired }, clientToken: 't1' },
    author: { origin },
  });

  it.each([
    ['what an application desires', 'mild-1', 'GRAPHQL', true],
    ['what a rule desires', 'mild-1', 'PLATFORM', true],
    ['what an MQTT client desires of a type that says so', 'strict-1', 'MQTT', true],
    ['nothing of what an MQTT client desires of another type', 'mild-1', 'MQTT', false],
    ['nothing of a thing of another type', 'other-1', 'GRAPHQL', false],
  ] as const)('refuses %s that does not fit', async (_name, thingName, origin, isRefused) => {
    const [refusal] = await guard.refusalsOf([updateOf(thingName, { level: 11 }, origin)]);
    expect(refusal?.code).toBe(isRefused ? 'InvalidRequest' : undefined);
    if (!isRefused) return;
    expect(refusal?.details).toMatchObject({
      field: 'state.desired.level',
      issues: [{ path: 'state.desired.level', message: 'is 11: it must be at most 10' }],
      clientToken: 't1',
    });
  });

  it('lets pass what fits, what removes all, and what is of a shadow without a schema', async () => {
    const refusals = await guard.refusalsOf([
      updateOf('mild-1', { level: 10 }, 'GRAPHQL'),
      updateOf('mild-1', null, 'GRAPHQL'),
      updateOf('mild-1', { level: 11 }, 'GRAPHQL', 'config'),
    ]);
    expect(refusals).toEqual([undefined, undefined, undefined]);
  });

  it('asks once for the types of all things, and only of those of which something is desired', async () => {
    await guard.refusalsOf([
      updateOf('strict-1', { level: 1 }, 'MQTT'),
      updateOf('strict-2', null, 'MQTT'),
      updateOf('strict-1', { level: 2 }, 'GRAPHQL'),
      updateOf('strict-3', { level: 2 }, 'MQTT'),
    ]);
    expect(registry.asked).toEqual([['strict-1', 'strict-3']]);
  });

  it('asks nobody anything while no type has a schema', async () => {
    registry.schemas = {};
    await schemas.refresh();
    expect(guard.isOnWatch({ origin: 'GRAPHQL' })).toBe(false);
  });

  it('lets MQTT clients go their way while no type wants them validated', async () => {
    registry.schemas = { mild: schemaOf('GRAPHQL') };
    await schemas.refresh();
    expect(guard.isOnWatch({ origin: 'MQTT' })).toBe(false);
    expect(guard.isOnWatch({ origin: 'GRAPHQL' })).toBe(true);
  });

  it('goes on without a schema that cannot be read', async () => {
    registry.schemas = { mild: { classic: { type: 'text' } }, strict: schemaOf('ALL') };
    await schemas.refresh();
    expect(schemas.of('mild')).toBeUndefined();
    expect(schemas.of('strict')).toBeDefined();
  });
});
