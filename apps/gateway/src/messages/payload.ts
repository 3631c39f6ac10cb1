import { IotError, type JsonValue } from '#thingcore/errors';

const UTF_8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** A payload in the forms that an application may want it in. */
export interface ReadPayload {
  /** As JSON; null when it is none. */
  readonly payload: JsonValue;
  /** As text; null when it is no UTF-8. */
  readonly payloadText: string | null;
  readonly payloadBase64: string;
}

/** What the bytes of a payload say. */
export function readPayload(payloadBase64: string): ReadPayload {
  const payloadText = textOf(Buffer.from(payloadBase64, 'base64'));
  return { payload: payloadText === null ? null : jsonOf(payloadText), payloadText, payloadBase64 };
}

/** A payload as an application gives it. */
export interface GivenPayload {
  readonly payload?: JsonValue;
  readonly payloadBase64?: string | null;
}

/** The bytes of a payload, in base64. Throws `InvalidRequest` unless there is exactly one. */
export function toPayloadBase64({ payload, payloadBase64 }: GivenPayload): string {
  const hasBytes = payloadBase64 !== undefined && payloadBase64 !== null;
  // An explicit null is the JSON value null: a payload.
  if ((payload !== undefined) === hasBytes) {
    throw new IotError(
      'InvalidRequest',
      `Exactly one of payload and payloadBase64 is needed, not ${hasBytes ? 'both' : 'none'}; for an empty payload give payloadBase64: ""`,
      { details: { field: 'payload' } },
    );
  }
  return hasBytes ? payloadBase64 : Buffer.from(JSON.stringify(payload)).toString('base64');
}

function textOf(payload: Buffer): string | null {
  try {
    return UTF_8.decode(payload);
  } catch {
    return null;
  }
}

function jsonOf(text: string): JsonValue {
  try {
    return JSON.parse(text) as JsonValue;
  } catch {
    return null;
  }
}
