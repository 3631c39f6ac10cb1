import { IotError } from '#thingcore/errors';

/** What a caller hears whose deadline passed: the work may or may not have been done. */
export function deadlinePassed(pattern: string, deadlineMs: number): IotError {
  return new IotError('ServiceUnavailable', `${pattern} was not answered within its deadline of ${deadlineMs} ms`, {
    details: { pattern, deadlineMs },
  });
}

/** The outcome of `work`, or a rejection with {@link deadlinePassed} when it takes longer. */
export async function withDeadline<T>(work: Promise<T>, pattern: string, deadlineMs: number): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(deadlinePassed(pattern, deadlineMs)), deadlineMs);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
