import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type CryptoKey, exportJWK, generateKeyPair, SignJWT } from 'jose';

const AUDIENCE = 'thingcore';
const KEY_ID = 'today';
const ALGORITHM = 'ES256';

/** What a test says of a token that is not as it should be. */
export interface TokenOptions {
  readonly audience?: string;
  readonly issuer?: string;
  /** In seconds from now. */
  readonly expiresIn?: number;
  /** Whether another key signs it than the one that the issuer tells of. */
  readonly isForged?: boolean;
}

/** An OpenID Connect issuer on this machine: its discovery document, its key set, and tokens. */
export class OidcIssuer {
  private constructor(
    private readonly server: Server,
    private readonly url: string,
    private readonly key: CryptoKey,
    private readonly foreignKey: CryptoKey,
  ) {}

  static async start(): Promise<OidcIssuer> {
    const [pair, foreign] = await Promise.all([generateKeyPair(ALGORITHM), generateKeyPair(ALGORITHM)]);
    const keySet = { keys: [{ ...(await exportJWK(pair.publicKey)), kid: KEY_ID, alg: ALGORITHM, use: 'sig' }] };
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const documents: Readonly<Record<string, unknown>> = {
      '/.well-known/openid-configuration': { issuer: url, jwks_uri: `${url}/keys` },
      '/keys': keySet,
    };
    server.on('request', (request, response) => {
      const document = documents[request.url ?? ''];
      response.writeHead(document === undefined ? 404 : 200, { 'Content-Type': 'application/json' });
      response.end(JSON.stringify(document ?? {}));
    });
    return new OidcIssuer(server, url, pair.privateKey, foreign.privateKey);
  }

  /** What the product is told, so that it takes the tokens of this issuer. */
  get settings(): Record<string, string> {
    return { THINGCORE_GATEWAY_OIDC_ISSUER: this.url, THINGCORE_GATEWAY_OIDC_AUDIENCE: AUDIENCE };
  }

  /** A token of somebody with some roles. */
  token(subject: string, roles: readonly string[], options: TokenOptions = {}): Promise<string> {
    const { audience = AUDIENCE, issuer = this.url, expiresIn = 300, isForged = false } = options;
    const now = Math.floor(Date.now() / 1000);
    return new SignJWT({ roles })
      .setProtectedHeader({ alg: ALGORITHM, kid: KEY_ID })
      .setSubject(subject)
      .setIssuer(issuer)
      .setAudience(audience)
      .setIssuedAt(now)
      .setExpirationTime(now + expiresIn)
      .sign(isForged ? this.foreignKey : this.key);
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    const closed = once(this.server, 'close');
    this.server.close();
    await closed;
  }
}
