import { IotError } from '#thingcore/errors';

/** The answer of a look-up by name, or null when its service says that there is no such thing. */
export async function nullWhenMissing<T>(answer: Promise<T>): Promise<T | null> {
  try {
    return await answer;
  } catch (error) {
    if (error instanceof IotError && error.code === 'ResourceNotFound') return null;
    throw error;
  }
}
