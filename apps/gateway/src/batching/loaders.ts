import { type Connectivity, getConnectivity, getShadows, getThings, type Thing } from '#thingcore/contracts';
import type { ShadowDocument } from '#thingcore/shadow-document';
import type { RpcClient } from '#thingcore/transport';
import { BatchLoader } from './batch-loader.js';

/** What the resolvers of one request load by name: a hundred things of a list make one call to each service. */
export class Loaders {
  /** Things by name. */
  readonly things: BatchLoader<Thing>;
  /** Connectivity by client id; a device connects with the name of its thing. */
  readonly connectivity: BatchLoader<Connectivity>;
  readonly #shadows = new Map<string, BatchLoader<ShadowDocument>>();

  constructor(private readonly rpc: RpcClient) {
    this.things = new BatchLoader(async (thingNames) => {
      const { things } = await rpc.call(getThings, { thingNames });
      return new Map(things.map((thing) => [thing.thingName, thing]));
    });
    this.connectivity = new BatchLoader(async (clientIds) => {
      const { connectivity } = await rpc.call(getConnectivity, { clientIds });
      return new Map(connectivity.map((known) => [known.clientId, known]));
    });
  }

  /** Shadows by thing name: the classic ones, or those of one name. */
  shadows(shadowName?: string): BatchLoader<ShadowDocument> {
    // No shadow has the empty name, so it may stand for the classic one.
    const known = this.#shadows.get(shadowName ?? '');
    if (known) return known;
    const loader = new BatchLoader(async (thingNames) => {
      const { shadows } = await this.rpc.call(getShadows, { thingNames, shadowName });
      return new Map(shadows.map(({ thingName, document }) => [thingName, document]));
    });
    this.#shadows.set(shadowName ?? '', loader);
    return loader;
  }
}
