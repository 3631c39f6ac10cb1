import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import { stringToSign } from './canonical-request.js';
import { SignatureFault } from './signature-fault.js';
import type { Signature, SignedRequest } from './signature.js';

/** AWS IoT: Signature Version 4, how far the clock of a client may be off. */
export const CLOCK_SKEW_MS = 300_000;

/**
 * Verifies that the holder of the secret key has signed exactly this request, just now.
 *
 * @param signingKey what {@link deriveSigningKey} makes of the secret for the day, region and service of the signature
 * @param now milliseconds since the epoch
 * @throws SignatureFault when that is not so
 */
export async function verifySignature(
  request: SignedRequest,
  signature: Signature,
  signingKey: Uint8Array,
  now: number,
): Promise<void> {
  checkTime(signature, now);
  checkHeaders(request, signature);
  const text = await stringToSign(request, signature, payloadHash(request));
  const expected = createHmac('sha256', signingKey).update(text).digest();
  if (timingSafeEqual(expected, Buffer.from(signature.signature, 'hex'))) return;
  throw invalid(
    'The request signature we calculated does not match the signature you provided. ' +
      'Check your AWS Secret Access Key and signing method. Consult the service documentation for details.',
  );
}

/** A presigned URL counts as long as it says, everything else as long as clocks may differ. */
function checkTime({ signedAt, longDate, expiresSeconds }: Signature, now: number): void {
  const time = compact(now);
  if (signedAt > now + CLOCK_SKEW_MS) {
    throw invalid(
      `Signature not yet current: ${longDate} is still later than ${compact(now + CLOCK_SKEW_MS)} (${time} + 5 min.)`,
    );
  }
  const lifeMs = expiresSeconds === undefined ? CLOCK_SKEW_MS : expiresSeconds * 1_000;
  if (signedAt < now - lifeMs) {
    throw invalid(`Signature expired: ${longDate} is now earlier than ${compact(now - lifeMs)} (it is ${time})`);
  }
}

/** What says where the request goes and what it is must be signed, or anybody could change it. */
function checkHeaders({ headers }: SignedRequest, { form, signedHeaders }: Signature): void {
  const required = ['host', ...Object.keys(headers).filter((name) => form === 'header' && name.startsWith('x-amz-'))];
  const unsigned = required.find((name) => !signedHeaders.includes(name));
  if (unsigned !== undefined) throw invalid(`The header '${unsigned}' must be signed`);
}

function payloadHash({ headers, body }: SignedRequest): string {
  const actual = createHash('sha256').update(body).digest('hex');
  const claimed = headers['x-amz-content-sha256'];
  if (claimed !== undefined && claimed !== actual) {
    throw invalid(
      "The header 'x-amz-content-sha256' is not the SHA-256 of the body; an unsigned payload is not accepted",
    );
  }
  return actual;
}

function compact(time: number): string {
  return new Date(time).toISOString().replace(/[-:]|\.\d{3}/g, '');
}

function invalid(message: string): SignatureFault {
  return new SignatureFault('InvalidSignatureException', message);
}
