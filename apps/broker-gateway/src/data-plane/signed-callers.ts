import type { IncomingMessage } from 'node:http';
import { Injectable } from '@nestjs/common';
import { Clock } from '#thingcore/platform';
import { isSigned, readSignature, SignatureFault, verifySignature } from '#thingcore/sigv4';
import { RecentAccessKeys } from '../authorization/access-keys/recent-access-keys.js';
import { toSignedRequest } from '../authorization/access-keys/signed-request.js';
import type { Peer } from '../connection.js';
import { type HttpCaller, HttpCallers } from './http-callers.js';

/** AWS: the names that the data plane has in signatures; the device SDKs sign shadows with the second one. */
const SERVICES = ['iotdata', 'iotdevicegateway'];

/** There is no valid access key of the id in a signature. AWS: what the front door says of that, with status 403. */
export class UnknownAccessKey extends Error {
  constructor() {
    super('The security token included in the request is invalid.');
  }
}

/** Finds out who has signed a request. */
@Injectable()
export class SignedCallers {
  constructor(
    private readonly keys: RecentAccessKeys,
    private readonly callers: HttpCallers,
    private readonly clock: Clock,
  ) {}

  /** Whether a request says that it is signed. Nothing is verified. */
  isSigned(request: IncomingMessage): boolean {
    return isSigned(toSignedRequest(request));
  }

  /**
   * Who has signed a request, and its body, which the signature is about. Nobody whose key is not known is listened to.
   *
   * @throws SignatureFault, {@link UnknownAccessKey}, `ServiceUnavailable` when the registry does not answer
   */
  async identify(
    request: IncomingMessage,
    place: Omit<Peer, 'principal'>,
    read: () => Promise<Buffer>,
  ): Promise<{ readonly caller: HttpCaller; readonly body: Buffer }> {
    const signature = readSignature(toSignedRequest(request));
    const { accessKeyId, service } = signature;
    if (!SERVICES.includes(service)) {
      const message = `Credential should be scoped to one of the services ${SERVICES.join(', ')}, not to '${service}'`;
      throw new SignatureFault('InvalidSignatureException', message);
    }
    const key = await this.keys.find(signature);
    if (key === undefined) throw new UnknownAccessKey();
    const body = await read();
    const signingKey = Buffer.from(key.signingKey, 'base64');
    await verifySignature(toSignedRequest(request, body), signature, signingKey, this.clock.now());
    return { caller: this.callers.ofAccessKey(accessKeyId, key.role, place), body };
  }
}
