import { createReadStream, createWriteStream } from 'node:fs';
import { open, rename, rm } from 'node:fs/promises';
import { PassThrough } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip, createGzip } from 'node:zlib';
import { IotError } from '#thingcore/errors';

/*
 * The file is gzip over lines. The first is a `Header`; then for each table a `TableHead`, the rows as COPY writes them in its
 * text format, each in a line, and END_OF_ROWS; at last an `End`. COPY escapes line breaks and backslashes of values, so that no
 * row has more than one line or looks like END_OF_ROWS.
 */

/** The format that is written; a reader refuses others. */
export const BACKUP_FORMAT = 1;

const LINE_FEED = 0x0a;

/** What ends the rows of a table, as in COPY itself. */
export const END_OF_ROWS = '\\.';

/** What is said first: what the backup is of. */
export interface Header {
  readonly thingcoreBackup: typeof BACKUP_FORMAT;
  /** When it was begun, ISO 8601. */
  readonly takenAt: string;
  readonly schemas: readonly SchemaHead[];
}

/** One schema of it: the migrations that made it what it was, and where its sequences stood. */
export interface SchemaHead {
  readonly schema: string;
  readonly migrations: readonly string[];
  readonly sequences: readonly SequenceHead[];
}

/** A sequence; `lastValue` is null of one that was never used. It is text, since it may be more than a number can hold. */
export interface SequenceHead {
  readonly name: string;
  readonly lastValue: string | null;
}

/** What is said before the rows of a table. */
export interface TableHead {
  readonly schema: string;
  readonly table: string;
  readonly columns: readonly string[];
}

/** What is said last: without it a file was cut off. */
export interface End {
  readonly end: true;
  readonly tables: number;
}

/** Writes a file of lines, compressed, for its owner only: whole, or not at all. */
export async function writeBackupFile(path: string, write: (lines: PassThrough) => Promise<void>): Promise<void> {
  const partial = `${path}.partial`;
  const lines = new PassThrough();
  try {
    // 'wx': a backup that runs already is not written into.
    const writing = pipeline(lines, createGzip(), createWriteStream(partial, { flags: 'wx', mode: 0o600 }));
    await Promise.all([
      writing,
      write(lines).then(
        () => void lines.end(),
        (error: Error) => void lines.destroy(error),
      ),
    ]);
    const file = await open(partial, 'r+');
    await file.sync();
    await file.close();
    await rename(partial, path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') await rm(partial, { force: true });
    throw error;
  }
}

/**
 * The lines of a backup, one by one, without their ends. As bytes: a line ends at a line feed and nowhere else, and rows need not
 * be understood. Throws `InvalidRequest` when the file cannot be read.
 */
export async function* readBackupFile(path: string): AsyncGenerator<Buffer> {
  const source = createReadStream(path);
  const unzipped = source.pipe(createGunzip());
  source.on('error', (error) => unzipped.destroy(error));
  try {
    yield* linesOf(unzipped);
  } catch (cause) {
    if (cause instanceof IotError) throw cause;
    throw new IotError('InvalidRequest', `${path} cannot be read as a backup: ${(cause as Error).message}`, { cause });
  } finally {
    source.destroy();
  }
}

async function* linesOf(chunks: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  let rest: Buffer[] = [];
  for await (const chunk of chunks) {
    let from = 0;
    for (let to = chunk.indexOf(LINE_FEED); to !== -1; to = chunk.indexOf(LINE_FEED, from)) {
      yield Buffer.concat([...rest, chunk.subarray(from, to)]);
      rest = [];
      from = to + 1;
    }
    rest.push(chunk.subarray(from));
  }
}
