import type { IncomingMessage } from 'node:http';
import { IotError } from '#thingcore/errors';

/** Reads the body of a request. Throws `PayloadTooLarge` as soon as it is known to have more bytes than the limit. */
export async function readBody(request: IncomingMessage, limitBytes: number): Promise<Buffer> {
  const announced = Number(request.headers['content-length'] ?? 0);
  if (announced > limitBytes) throw tooLarge(limitBytes);
  const chunks: Buffer[] = [];
  let bytes = 0;
  // Left early, the rest stays unread here; the server discards it when it has answered.
  for await (const chunk of request.iterator({ destroyOnReturn: false })) {
    chunks.push(chunk as Buffer);
    bytes += (chunk as Buffer).length;
    if (bytes > limitBytes) throw tooLarge(limitBytes);
  }
  return Buffer.concat(chunks);
}

function tooLarge(limitBytes: number): IotError {
  return new IotError('PayloadTooLarge', `A message has at most ${limitBytes} bytes`, {
    details: { limit: limitBytes },
  });
}
