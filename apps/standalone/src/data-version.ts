import { ConfigError, type DataDirectory } from '#thingcore/platform';

const VERSION_FILE = 'version';

/** The layout of the data directory. A change that an older program could not read raises it. */
const LAYOUT = 1;

/** Refuses a data directory that a newer version has written, and marks a new one. */
export async function claimDataDirectory(dataDirectory: DataDirectory): Promise<void> {
  await dataDirectory.create();
  const text = await dataDirectory.read(VERSION_FILE);
  if (text === undefined) {
    await dataDirectory.write(VERSION_FILE, `${LAYOUT}\n`, 0o644);
    return;
  }
  const layout = Number(text.trim());
  if (layout <= LAYOUT) return;
  throw new ConfigError([
    `The data directory ${dataDirectory.path} is of a newer version of Thingcore (layout ${text.trim()}, this one knows ${LAYOUT}): ` +
      'start that version, or set THINGCORE_DATA_DIR to another directory',
  ]);
}
