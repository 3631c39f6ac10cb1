import { IotError } from '#thingcore/errors';

/** What a caller hears whose deadline passed: the work may or may not have been done. */
export function deadlinePassed(pattern: string, deadlineMs: number): IotError {
  return new IotError('ServiceUnavailable', `${pattern} was not answered within its deadline of ${deadlineMs} ms`, {
    details: { pattern, deadlineMs },
  });
}

/** The outcome of `work`, or a rejection with {@link deadlinePassed} when it takes longer. */
export function withDeadline<T>(work: Promise<T>, pattern: string, deadlineMs: number): Promise<T> {
  // One promise: every command makes its way through here.
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(deadlinePassed(pattern, deadlineMs)), deadlineMs);
    work.then(
      (outcome) => {
        clearTimeout(timer);
        resolve(outcome);
      },
      (error: Error) => {
        clearTimeout(timer);
        reject(error);
      },
    );
  });
}
