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
  if (!Number.isInteger(layout)) {
    throw new ConfigError([
      `The file ${dataDirectory.join(VERSION_FILE)} does not say which version wrote it (it holds ${JSON.stringify(text.slice(0, 40))}): ` +
        `write ${LAYOUT} into it if the directory is of this version, or set THINGCORE_DATA_DIR to another one`,
    ]);
  }
  if (layout <= LAYOUT) return;
  throw new ConfigError([
    `The data directory ${dataDirectory.path} is of a newer version of Thingcore (layout ${text.trim()}, this one knows ${LAYOUT}): ` +
      'start that version, or set THINGCORE_DATA_DIR to another directory',
  ]);
}
