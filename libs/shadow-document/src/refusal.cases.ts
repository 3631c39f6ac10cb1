import { IotError } from '#thingcore/errors';

/** The error with which a call is refused; anything but an IotError fails the test. */
export function refusal(call: () => unknown): IotError {
  try {
    call();
  } catch (error) {
    if (error instanceof IotError) return error;
    throw error;
  }
  throw new Error('nothing was refused');
}
