import { Injectable } from '@nestjs/common';
import { Clock } from '#thingcore/platform';
import { type ApiError } from '#thingcore/rest-json';
import {
  type PresigningKey,
  readSignature,
  SignatureFault,
  type SignedRequest,
  verifySignature,
} from '#thingcore/sigv4';
import type { Caller } from '../../access/caller.js';
import { FailedLogins } from '../../limits/failed-logins.js';
import { SigningKeys } from './signing-keys.js';

/** Who has signed a request, and what for. */
export interface Signer {
  readonly caller: Caller;
  /** As the signature names it, e.g. `iotdata`. */
  readonly service: string;
  /** What else this access key can sign today. */
  readonly key: PresigningKey;
}

/** Knows who has signed a request. AWS: what its front door says of the others, with status 403. */
@Injectable()
export class SignedRequests {
  constructor(
    private readonly keys: SigningKeys,
    private readonly logins: FailedLogins,
    private readonly clock: Clock,
  ) {}

  /** Who has signed this, or why nobody counts as having done so. Whoever fails too often from an address has to wait. */
  async signerOf(request: SignedRequest, address: string): Promise<Signer | ApiError> {
    try {
      return await this.verify(request, address);
    } catch (error) {
      if (!(error instanceof SignatureFault)) throw error;
      if (error.code === 'InvalidSignatureException') this.logins.failed(address);
      return { name: error.code, status: 403, message: error.message };
    }
  }

  private async verify(request: SignedRequest, address: string): Promise<Signer | ApiError> {
    const signature = readSignature(request);
    const waitMs = this.logins.waitMs(address);
    // To verify with a key that is known asks nobody: whoever shares an address with a guesser need not wait.
    if (waitMs > 0 && !this.keys.isKnown(signature)) return tooManyFailures(waitMs);
    const key = await this.keys.find(signature);
    if (key === undefined) {
      this.logins.failed(address);
      const message = 'The security token included in the request is invalid.';
      return { name: 'UnrecognizedClientException', status: 403, message };
    }
    await verifySignature(request, signature, key.key, this.clock.now());
    const { accessKeyId, day, region, service } = signature;
    return { caller: key.caller, service, key: { accessKeyId, day, region, service, signingKey: key.key } };
  }
}

function tooManyFailures(waitMs: number): ApiError {
  const message = `Too many signatures from this address were not valid: try again in ${Math.ceil(waitMs / 1_000)} s`;
  return { name: 'ThrottlingException', status: 429, message };
}
