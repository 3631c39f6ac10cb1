import {
  getShadowHistories,
  getShadows,
  getShadowsAsOf,
  listNamedShadows,
  type ReplyOf,
  type RequestOf,
} from '#thingcore/contracts';
import type { RpcClient } from '#thingcore/transport';
import { BatchLoader } from '../batching/batch-loader.js';

/** A shadow as the shadow service gives it. */
export type LoadedShadow = ReplyOf<typeof getShadows>['shadows'][number];

/** The named shadows of a thing, some of them. */
export type LoadedNames = ReplyOf<typeof listNamedShadows>['things'][number];

/** Past changes of a shadow. */
export type LoadedHistory = ReplyOf<typeof getShadowHistories>['histories'][number];

/** A shadow as it was. */
export type LoadedPast = ReplyOf<typeof getShadowsAsOf>['shadows'][number];

/** What of a request for many things is the same for all of them. */
type Without<Request> = Omit<Request, 'thingNames'>;

/** What one request asks of the shadow service: the same question about many things is one call. */
export class ShadowLoaders {
  readonly #loaders = new Map<string, unknown>();
  readonly #rpc: () => RpcClient;

  constructor(rpc: () => RpcClient) {
    this.#rpc = rpc;
  }

  /** Shadows by the name of their thing: the classic ones, or those of one name. */
  documents(shadowName: string | undefined): BatchLoader<LoadedShadow> {
    return this.#loader('documents', { shadowName }, async (thingNames) => {
      const { shadows } = await this.#rpc().call(getShadows, { thingNames, shadowName });
      return shadows;
    });
  }

  /** The names of named shadows by the name of their thing. */
  names(page: Without<RequestOf<typeof listNamedShadows>>): BatchLoader<LoadedNames> {
    return this.#loader('names', page, async (thingNames) => {
      const { things } = await this.#rpc().call(listNamedShadows, { ...page, thingNames });
      return things;
    });
  }

  /** The history of shadows by the name of their thing. */
  histories(question: Without<RequestOf<typeof getShadowHistories>>): BatchLoader<LoadedHistory> {
    return this.#loader('histories', question, async (thingNames) => {
      const { histories } = await this.#rpc().call(getShadowHistories, { ...question, thingNames });
      return histories;
    });
  }

  /** What shadows were, by the name of their thing. */
  past(question: Without<RequestOf<typeof getShadowsAsOf>>): BatchLoader<LoadedPast> {
    return this.#loader('past', question, async (thingNames) => {
      const { shadows } = await this.#rpc().call(getShadowsAsOf, { ...question, thingNames });
      return shadows;
    });
  }

  #loader<Value extends { readonly thingName: string }>(
    kind: string,
    question: object,
    ask: (thingNames: string[]) => Promise<Value[]>,
  ): BatchLoader<Value> {
    const key = `${kind} ${JSON.stringify(question)}`;
    const known = this.#loaders.get(key) as BatchLoader<Value> | undefined;
    if (known !== undefined) return known;
    const loader = new BatchLoader(
      async (thingNames) => new Map((await ask(thingNames)).map((value): [string, Value] => [value.thingName, value])),
    );
    this.#loaders.set(key, loader);
    return loader;
  }
}
