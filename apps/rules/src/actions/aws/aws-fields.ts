import { IotError } from '#thingcore/errors';
import { parseArn } from '#thingcore/policy';
import { z } from 'zod';
import type { OutgoingPayload } from '../action.js';

/** AWS asks for it; here it names credentials, and may be left out where one set serves all rules. */
export const roleArn = z.string().min(1).optional();

/** The region an ARN names, if it names one. */
export function regionOfArn(arn: string): string | undefined {
  return parseArn(arn)?.region || undefined;
}

/** The payload as text, for services that take nothing else. Errors: `InvalidRequest` when it is no UTF-8. */
export function textPayload({ bytes }: OutgoingPayload, service: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw new IotError(
      'InvalidRequest',
      `${service} takes text, and the payload is binary; send it as encode(*, 'base64') in SELECT`,
    );
  }
}

/** The payload as JSON, for services that take nothing else. Errors: `InvalidRequest` when it is none. */
export function jsonPayload({ value, bytes }: OutgoingPayload, service: string): Uint8Array {
  if (value !== undefined) return bytes;
  throw new IotError(
    'InvalidRequest',
    `${service} takes JSON, and the payload is none; send it as encode(*, 'base64') in SELECT`,
  );
}
