import type { BalancedGraphql } from './balanced-graphql.js';
import type { AcceptedUpdate } from './shadow-ledger.js';

interface Kept {
  readonly version: number;
  readonly clientToken: string | null;
}

interface Page {
  readonly nodes: readonly Kept[];
  readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string | null };
}

const HISTORY = `query ($thingName: String!, $after: String) { thing(name: $thingName) { shadow {
  history(first: 100, after: $after) { nodes { version clientToken } pageInfo { hasNextPage endCursor } } } } }`;

/** Compares what was accepted with what the store has, from where it has compared before. */
export class ShadowAudit {
  readonly #audited = new Map<string, number>();
  readonly #versions = new Map<string, number[]>();
  #duplicates = 0;

  constructor(private readonly graphql: BalancedGraphql) {}

  /** What is wrong: an accepted update that is not stored or has another version, a version that is missing. */
  async check(accepted: readonly AcceptedUpdate[]): Promise<string[]> {
    const wrong: string[] = [];
    const things = new Set(accepted.map(({ thingName }) => thingName));
    for (const thingName of things) wrong.push(...(await this.#read(thingName)));
    for (const { thingName, version, clientToken } of accepted) {
      const stored = this.#versions.get(clientToken) ?? [];
      if (stored.includes(version)) continue;
      wrong.push(
        `${clientToken} of ${thingName} was accepted as version ${version}, stored: ${stored.join() || 'not'}`,
      );
    }
    return wrong;
  }

  /** Updates that were stored more than once since the last call: a device sends again what was not acknowledged. */
  takeDuplicates(): number {
    const duplicates = this.#duplicates;
    this.#duplicates = 0;
    return duplicates;
  }

  async #read(thingName: string): Promise<string[]> {
    const wrong: string[] = [];
    const known = this.#audited.get(thingName) ?? 0;
    const fresh = await this.#since(thingName, known);
    fresh.forEach(({ version, clientToken }, index) => {
      if (version !== known + index + 1) wrong.push(`${thingName} has version ${version} after ${known + index}`);
      const before = this.#versions.get(clientToken ?? '') ?? [];
      if (before.length > 0) this.#duplicates++;
      this.#versions.set(clientToken ?? '', [...before, version]);
    });
    this.#audited.set(thingName, known + fresh.length);
    return wrong;
  }

  /** The versions after the known one, the oldest first. */
  async #since(thingName: string, known: number): Promise<Kept[]> {
    const found: Kept[] = [];
    for (let after: string | null = null; ;) {
      const page = await this.#page(thingName, after);
      found.unshift(...page.nodes.filter(({ version }) => version > known).reverse());
      const isDone = page.nodes.some(({ version }) => version <= known + 1) || !page.pageInfo.hasNextPage;
      if (isDone) return found;
      after = page.pageInfo.endCursor;
    }
  }

  async #page(thingName: string, after: string | null): Promise<Page> {
    const { thing } = await this.graphql.run<{ thing: { shadow: { history: Page } } }>(HISTORY, { thingName, after });
    return thing.shadow.history;
  }
}
