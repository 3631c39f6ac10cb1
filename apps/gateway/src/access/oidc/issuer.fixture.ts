import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type CryptoKey, exportJWK, generateKeyPair, type JWK, type JWTPayload, SignJWT } from 'jose';

/** A key that an issuer signs with. */
export interface SigningKey {
  readonly kid: string;
  readonly algorithm: string;
  readonly privateKey: CryptoKey;
  readonly publicJwk: JWK;
}

/** Makes a key of its own for an algorithm. */
export async function makeSigningKey(kid: string, algorithm = 'ES256'): Promise<SigningKey> {
  const { privateKey, publicKey } = await generateKeyPair(algorithm, { extractable: true });
  return {
    kid,
    algorithm,
    privateKey,
    publicJwk: { ...(await exportJWK(publicKey)), kid, alg: algorithm, use: 'sig' },
  };
}

/** A token with these claims. */
export function sign(key: SigningKey, claims: JWTPayload): Promise<string> {
  return new SignJWT(claims).setProtectedHeader({ alg: key.algorithm, kid: key.kid }).sign(key.privateKey);
}

/** An OpenID Connect issuer on this machine: its discovery document and its keys, over HTTP. */
export class Issuer {
  /** The keys it publishes now. */
  keys: JWK[] = [];
  /** What its discovery document says instead of the truth. */
  discovery: Record<string, unknown> = {};
  /** What it answers every request with; 200 when it works. */
  status = 200;
  /** The paths it was asked for. */
  readonly requests: string[] = [];

  private constructor(
    private readonly server: Server,
    /** Its name, as tokens say it (iss). */
    readonly url: string,
  ) {}

  /** Starts an issuer on a free port. */
  static async start(): Promise<Issuer> {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const issuer = new Issuer(server, `http://127.0.0.1:${(server.address() as AddressInfo).port}/realms/plant`);
    server.on('request', (request, response) => {
      const path = request.url ?? '';
      issuer.requests.push(path);
      response
        .writeHead(issuer.status, { 'content-type': 'application/json' })
        .end(JSON.stringify(issuer.answer(path)));
    });
    return issuer;
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }

  private answer(path: string): unknown {
    switch (path) {
      case '/realms/plant/.well-known/openid-configuration':
        return { issuer: this.url, jwks_uri: `${this.url}/certs`, ...this.discovery };
      case '/realms/plant/certs':
        return { keys: this.keys };
      default:
        return {};
    }
  }
}
