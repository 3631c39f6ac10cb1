import { acceptUpdate, type ApplyUpdateOptions } from './accept-update.js';
import { clientTokenMember } from './client-token.js';
import { type ShadowRecord } from './shadow-record.js';
import { updateMessages, type UpdateMessages } from './update-messages.js';
import { type UpdateRequest } from './update-request.js';

/** An accepted update: the record to store and the messages to publish once it is stored. */
export interface AppliedUpdate extends UpdateMessages {
  record: ShadowRecord;
}

/** {@link acceptUpdate} and {@link updateMessages} in one step. Throws what the former throws. */
export function applyUpdate(
  current: ShadowRecord | undefined,
  request: UpdateRequest,
  now: number,
  options: ApplyUpdateOptions = {},
): AppliedUpdate {
  const { record } = acceptUpdate(current, request, now, options);
  const token = clientTokenMember(request.clientToken);
  const update = { requested: request.state, previous: current ?? null, version: record.version, timestamp: now };
  return { record, ...updateMessages({ ...update, ...token }) };
}
