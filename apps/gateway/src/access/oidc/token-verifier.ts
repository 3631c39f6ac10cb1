import { Inject, Injectable } from '@nestjs/common';
import { errors, type JWTPayload, jwtVerify } from 'jose';
import { IotError } from '#thingcore/errors';
import { Clock, Logger } from '#thingcore/platform';
import { tokenRefused, tokenWithoutRole } from '../../errors/public-error.js';
import { GATEWAY_CONFIG, type GatewayConfig, OIDC_SETTINGS } from '../../gateway.config.js';
import type { Caller } from '../caller.js';
import { IssuerKeys } from './issuer-keys.js';
import { nameOf, type RoleMapping, roleOf } from './token-claims.js';

/** Those with a public and a private key. With `none`, or a shared secret, anybody could make tokens. */
const ALGORITHMS = [
  'RS256',
  'RS384',
  'RS512',
  'PS256',
  'PS384',
  'PS512',
  'ES256',
  'ES384',
  'ES512',
  'EdDSA',
  'Ed25519',
];

/** How far the clocks of the issuer and this process may be apart, in seconds. */
const CLOCK_TOLERANCE_S = 5;

/** Knows who a token of the configured OpenID Connect issuer is about. */
@Injectable()
export class TokenVerifier {
  private readonly keys: IssuerKeys | undefined;
  private readonly roles: RoleMapping;

  constructor(
    @Inject(GATEWAY_CONFIG) private readonly config: GatewayConfig,
    private readonly clock: Clock,
    private readonly logger: Logger,
  ) {
    const { oidcIssuer, oidcRoleClaim, oidcAdminRole, oidcOperatorRole, oidcViewerRole } = config;
    this.keys = oidcIssuer === undefined ? undefined : new IssuerKeys(oidcIssuer, clock, logger);
    this.roles = {
      claim: oidcRoleClaim,
      names: { admin: oidcAdminRole, operator: oidcOperatorRole, viewer: oidcViewerRole },
    };
  }

  /** Whether there is an issuer whose tokens could be verified. */
  get isOn(): boolean {
    return this.keys !== undefined;
  }

  /**
   * Whom a token is about.
   *
   * @throws `UNAUTHENTICATED` that says why it is not accepted; `FORBIDDEN` when it gives no role;
   *   `ServiceUnavailable` when its issuer did not answer
   */
  async verify(token: string): Promise<Caller> {
    const claims = await this.claimsOf(token);
    const role = roleOf(claims, this.roles);
    if (role === undefined) throw tokenWithoutRole(this.roles.claim, Object.values(this.roles.names));
    const expiresAt = ((claims.exp ?? 0) + CLOCK_TOLERANCE_S) * 1000;
    return { name: nameOf(claims), role, credential: 'token', expiresAt };
  }

  private async claimsOf(token: string): Promise<JWTPayload> {
    const { oidcIssuer: issuer, oidcAudience: audience } = this.config;
    if (this.keys === undefined || issuer === undefined || audience === undefined) {
      throw new Error(`A token cannot be verified without ${OIDC_SETTINGS.issuer} and ${OIDC_SETTINGS.audience}`);
    }
    try {
      const { payload } = await jwtVerify(token, this.keys.find, {
        algorithms: ALGORITHMS,
        issuer,
        audience,
        requiredClaims: ['exp'],
        clockTolerance: CLOCK_TOLERANCE_S,
        currentDate: new Date(this.clock.now()),
      });
      return payload;
    } catch (error) {
      if (error instanceof IotError) throw error;
      // Keys of the issuer that cannot be used show as errors of many kinds, of which the log tells more.
      if (!(error instanceof errors.JOSEError)) this.logger.warn('a token cannot be checked', { error: String(error) });
      throw tokenRefused(reasonOf(error));
    }
  }
}

const REASONS: Readonly<Record<string, string>> = {
  [errors.JWTExpired.code]: 'it has expired, get a new one',
  [errors.JOSEAlgNotAllowed.code]: `it must be signed with one of ${ALGORITHMS.join(', ')}`,
  [errors.JWKSNoMatchingKey.code]: 'its issuer has no such key as it is signed with',
  [errors.JWKSMultipleMatchingKeys.code]: 'it does not say which key of its issuer it is signed with (kid)',
  [errors.JWSSignatureVerificationFailed.code]: 'its signature is wrong',
};

const CLAIM_REASONS: Readonly<Record<string, string>> = {
  iss: 'it is of another issuer (iss)',
  aud: 'it is for another audience (aud)',
  exp: 'it does not say when it expires (exp)',
  nbf: 'it is not valid yet (nbf)',
};

/** Why a token is not accepted, without a word of the token itself. */
function reasonOf(error: unknown): string {
  if (error instanceof errors.JWTClaimValidationFailed) {
    return CLAIM_REASONS[error.claim] ?? 'one of its claims is wrong';
  }
  if (!(error instanceof errors.JOSEError)) return 'its signature cannot be checked';
  return REASONS[error.code] ?? 'it is not well-formed';
}
