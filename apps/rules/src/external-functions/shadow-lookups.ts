import { getShadows } from '#thingcore/contracts';
import type { JsonValue } from '#thingcore/errors';
import { SHADOW_NAME_PATTERN, THING_NAME_PATTERN } from '#thingcore/topics';
import type { RpcClient } from '#thingcore/transport';
import { LookupBatch } from './lookup-batch.js';

const THINGS_PER_CALL = 1000;

/** What `get_thing_shadow()` asks the shadow service, many things at a time. */
export class ShadowLookups {
  /** By the name of the shadow, empty for the classic one; kept while a question is open. */
  private readonly batches = new Map<string, LookupBatch<JsonValue>>();

  constructor(
    private readonly rpc: RpcClient,
    private readonly deadlineMs: number,
  ) {}

  /** The document of a shadow, undefined when there is none. */
  async get(thingName: string, shadowName: string | undefined): Promise<JsonValue | undefined> {
    if (!THING_NAME_PATTERN.test(thingName)) return undefined;
    if (shadowName !== undefined && !SHADOW_NAME_PATTERN.test(shadowName)) return undefined;
    const key = shadowName ?? '';
    const batch = this.batches.get(key) ?? this.open(key, shadowName);
    return batch.get(thingName);
  }

  private open(key: string, shadowName: string | undefined): LookupBatch<JsonValue> {
    const batch = new LookupBatch<JsonValue>(async (names) => {
      this.batches.delete(key);
      const thingNames = [...names];
      const request = shadowName === undefined ? { thingNames } : { thingNames, shadowName };
      const { shadows } = await this.rpc.call(getShadows, request, { deadlineMs: this.deadlineMs });
      // A shadow document is JSON, which the types of its library say more of.
      return new Map(shadows.map(({ thingName, document }) => [thingName, document as unknown as JsonValue]));
    }, THINGS_PER_CALL);
    this.batches.set(key, batch);
    return batch;
  }
}
