import { createLocalJWKSet, errors, type JSONWebKeySet, type JWTVerifyGetKey } from 'jose';
import { IotError } from '#thingcore/errors';
import type { Clock, Logger } from '#thingcore/platform';
import { z } from 'zod';

/** How long an answer of the issuer may take, in milliseconds. */
const TIMEOUT_MS = 5_000;

/** How old keys may be before they are fetched anew, in milliseconds. */
const FRESH_MS = 10 * 60_000;

/** How long keys are used while the issuer does not answer, in milliseconds; one that it withdraws lives as long. */
const USABLE_MS = 60 * 60_000;

/** How long the issuer is left alone after it was asked, in milliseconds: tokens with invented key ids must not flood it. */
const PAUSE_MS = { afterSuccess: 30_000, afterFailure: 5_000 };

const discoveryDocument = z.object({ issuer: z.string(), jwks_uri: z.url({ protocol: /^https?$/ }) });

interface KeptKeys {
  readonly find: JWTVerifyGetKey;
  readonly fetchedAt: number;
}

/**
 * The public keys of an OpenID Connect issuer: found through its discovery document, kept for a while, and fetched anew
 * when a token is signed with another.
 */
export class IssuerKeys {
  #kept: KeptKeys | undefined;
  #fetching: Promise<KeptKeys> | undefined;
  #failure: IotError | undefined;
  #askedAt = -Infinity;

  constructor(
    private readonly issuer: string,
    private readonly clock: Clock,
    private readonly logger: Logger,
  ) {}

  /**
   * The key that a token says it is signed with.
   *
   * @throws `JWKSNoMatchingKey` of jose when the issuer has none such; `ServiceUnavailable` when it does not answer
   */
  readonly find: JWTVerifyGetKey = async (header, token) => {
    const { find } = await this.current();
    try {
      return await find(header, token);
    } catch (error) {
      if (!(error instanceof errors.JWKSNoMatchingKey)) throw error;
      const latest = await this.fetchUnlessJustDone();
      return latest.find(header, token);
    }
  };

  private async current(): Promise<KeptKeys> {
    const kept = this.#kept;
    const age = this.clock.now() - (kept?.fetchedAt ?? -Infinity);
    if (kept !== undefined && age < FRESH_MS) return kept;
    try {
      return await this.fetchUnlessJustDone();
    } catch (error) {
      if (kept !== undefined && age < USABLE_MS) return kept;
      throw error;
    }
  }

  private fetchUnlessJustDone(): Promise<KeptKeys> {
    if (this.#fetching !== undefined) return this.#fetching;
    const pause = this.#failure === undefined ? PAUSE_MS.afterSuccess : PAUSE_MS.afterFailure;
    if (this.clock.now() - this.#askedAt >= pause) {
      this.#askedAt = this.clock.now();
      this.#fetching = this.fetch().finally(() => (this.#fetching = undefined));
      return this.#fetching;
    }
    if (this.#failure !== undefined) return Promise.reject(this.#failure);
    return this.#kept === undefined
      ? Promise.reject(new Error('Keys were fetched and are not there'))
      : Promise.resolve(this.#kept);
  }

  private async fetch(): Promise<KeptKeys> {
    try {
      const find = createLocalJWKSet(await this.fetchKeySet());
      this.#kept = { find, fetchedAt: this.clock.now() };
      this.#failure = undefined;
      return this.#kept;
    } catch (error) {
      this.logger.warn('the keys of the OpenID Connect issuer cannot be fetched', {
        issuer: this.issuer,
        error: describe(error),
      });
      this.#failure = new IotError(
        'ServiceUnavailable',
        'Tokens cannot be verified at the moment, for their issuer does not answer as it should: try again later, or use an API key',
        { cause: error },
      );
      throw this.#failure;
    }
  }

  private async fetchKeySet(): Promise<JSONWebKeySet> {
    // OpenID Connect Discovery 1.0, 4.1: a slash at the end of the issuer is left out before the path is put behind it.
    const discovery = await fetchJson(`${this.issuer.replace(/\/$/, '')}/.well-known/openid-configuration`);
    const { issuer, jwks_uri: keySetUrl } = discoveryDocument.parse(discovery);
    // OpenID Connect Discovery 1.0, 4.3: they must be the same, to the letter.
    if (issuer !== this.issuer) throw new Error(`its discovery document is that of ${issuer}`);
    return (await fetchJson(keySetUrl)) as JSONWebKeySet;
  }
}

async function fetchJson(url: string): Promise<unknown> {
  const response = await fetch(url, { signal: AbortSignal.timeout(TIMEOUT_MS), redirect: 'error' });
  if (!response.ok) throw new Error(`${url} answered ${response.status}`);
  return response.json();
}

/** What `fetch` throws says "fetch failed" alone; why is in its cause. */
function describe(error: unknown): string {
  const cause = error instanceof Error && error.cause instanceof Error ? `: ${error.cause.message}` : '';
  return `${String(error)}${cause}`;
}
