import { secret } from '#thingcore/platform';
import { z } from 'zod';

/** What the standalone product can be told beside the settings of its services. */
export const standaloneSettings = {
  databaseUrl: secret(
    'THINGCORE_DATABASE_URL',
    z.url('must be the URL of a PostgreSQL database, as in postgres://user:password@host:5432/thingcore').optional(),
    'URL of a PostgreSQL database of your own; else an embedded server keeps its data in the data directory',
  ),
};
