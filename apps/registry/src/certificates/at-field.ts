import { IotError, reviveError } from '#thingcore/errors';

/** Runs what reads a field of a request; its refusals name the field, unless they name a place themselves. */
export async function atField<T>(field: string, read: () => T | Promise<T>): Promise<T> {
  try {
    return await read();
  } catch (error) {
    const { code, message, details } = reviveError(error);
    if (code === 'Internal') throw error;
    throw new IotError(code, message, { details: { field, ...details }, cause: error });
  }
}
