import { IotError } from '#thingcore/errors';

/** Where a list that shows the newest first goes on: behind this entry. */
export interface NewestFirstPosition {
  createdAt: Date;
  certificateId: string;
}

const TOKEN = /^([0-9]{1,15})\.([0-9a-f]{64})$/;

/** The position as a caller gets it. */
export function toPageToken({ createdAt, certificateId }: NewestFirstPosition): string {
  return `${createdAt.getTime()}.${certificateId}`;
}

/** The position that a caller gives back. InvalidRequest for a text that no page ended with. */
export function fromPageToken(token: string | undefined): NewestFirstPosition | undefined {
  if (token === undefined) return undefined;
  const [, milliseconds, certificateId] = TOKEN.exec(token) ?? [];
  if (milliseconds === undefined || certificateId === undefined) {
    throw new IotError('InvalidRequest', `"${token}" is not the nextToken of a page: pass it as it was answered`, {
      details: { field: 'after' },
    });
  }
  return { createdAt: new Date(Number(milliseconds)), certificateId };
}

/** The page in `limit + 1` records, and the token of the next one when there is more. */
export function toPage<T extends NewestFirstPosition>(records: T[], limit: number): { page: T[]; nextToken?: string } {
  const page = records.slice(0, limit);
  const last = page.at(-1);
  return records.length > limit && last !== undefined ? { page, nextToken: toPageToken(last) } : { page };
}
