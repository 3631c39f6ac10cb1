import { Injectable } from '@nestjs/common';
import { PublicError, tokenRefused, unauthenticated } from '../errors/public-error.js';
import { ApiKeys } from './api-keys.js';
import type { Caller } from './caller.js';
import type { Credential } from './credential.js';
import { TokenVerifier } from './oidc/token-verifier.js';

/** Knows who a caller is by what it shows. */
@Injectable()
export class Authenticator {
  constructor(
    private readonly keys: ApiKeys,
    private readonly tokens: TokenVerifier,
  ) {}

  /**
   * Who shows this.
   *
   * @throws `UNAUTHENTICATED` for what is missing or not valid, `FORBIDDEN` for a token that gives no role, an IotError
   *   when the registry or the issuer of tokens did not answer
   */
  async authenticate(credential: Credential | undefined): Promise<Caller> {
    if (credential === undefined) throw unauthenticated();
    const { kind, secret } = credential;
    if (kind === 'apiKey') return this.keys.verify(secret);
    return this.tokens.isOn ? this.tokens.verify(secret) : this.verifyWithoutIssuer(secret);
  }

  /** Whether somebody who shows this can be no guesser: a key that was valid a moment ago, or what an issuer has to have signed. */
  isBeyondGuessing(credential: Credential | undefined): boolean {
    if (credential?.kind === 'token' && this.tokens.isOn) return true;
    return credential !== undefined && this.keys.isKnown(credential.secret);
  }

  /** While no issuer is known, what looks like a token may still be the key that an operator has chosen. */
  private async verifyWithoutIssuer(secret: string): Promise<Caller> {
    try {
      return await this.keys.verify(secret);
    } catch (error) {
      throw error instanceof PublicError ? tokenRefused('no OpenID Connect issuer is set up here') : error;
    }
  }
}
