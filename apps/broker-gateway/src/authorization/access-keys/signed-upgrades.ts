import type { IncomingMessage } from 'node:http';
import { Injectable } from '@nestjs/common';
import { reviveError } from '#thingcore/errors';
import { Clock, Logger } from '#thingcore/platform';
import { isSigned, readSignature, SignatureFault, type SignedRequest, verifySignature } from '#thingcore/sigv4';
import type { Peer } from '../../connection.js';
import { AccessKeys } from './access-keys.js';
import { toSignedRequest } from './signed-request.js';

/** AWS: protocols, the service in the signature of a WebSocket. */
const SERVICE = 'iotdevicegateway';

/** Why nobody gets a WebSocket. */
export interface UpgradeRefusal {
  readonly status: 403 | 503;
  readonly message: string;
}

/**
 * Knows who has signed a request for a WebSocket: AWS SDKs presign its URL, or sign its headers. The signature is over a GET
 * without a body.
 */
@Injectable()
export class SignedUpgrades {
  constructor(
    private readonly keys: AccessKeys,
    private readonly clock: Clock,
    private readonly logger: Logger,
  ) {}

  /** Whether a request says that it is signed. Nothing is verified. */
  isSigned(request: IncomingMessage): boolean {
    return isSigned(toSignedRequest(request));
  }

  /** Who has signed, or why nobody counts as having done so. Never rejects. */
  async peerOf(request: IncomingMessage, place: Omit<Peer, 'principal'>): Promise<Peer | UpgradeRefusal> {
    const verdict = await this.verify(toSignedRequest(request), place).catch(refusalOf);
    if ('status' in verdict) {
      this.logger.info('a signed WebSocket was refused', { sourceIp: place.sourceIp, reason: verdict.message });
    }
    return verdict;
  }

  private async verify(request: SignedRequest, place: Omit<Peer, 'principal'>): Promise<Peer | UpgradeRefusal> {
    const signature = readSignature(request);
    const { accessKeyId, day, region, service } = signature;
    if (service !== SERVICE) {
      return { status: 403, message: `Credential should be scoped to the service '${SERVICE}', not to '${service}'` };
    }
    const scope = { day, region, service };
    const key = await this.keys.derive(accessKeyId, scope);
    if (key === undefined) {
      return { status: 403, message: 'The security token included in the request is invalid.' };
    }
    await verifySignature(request, signature, Buffer.from(key.signingKey, 'base64'), this.clock.now());
    return { ...place, principal: accessKeyId, accessKey: { accessKeyId, scope } };
  }
}

function refusalOf(error: unknown): UpgradeRefusal {
  if (error instanceof SignatureFault) return { status: 403, message: error.message };
  const { message } = reviveError(error);
  return { status: 503, message: `The access key could not be verified now, try again later: ${message}` };
}
