import { randomUUID } from 'node:crypto';
import { access, constants, link, mkdir, open, readFile, rename, rm } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { ConfigError } from './config.js';

/** The folder that holds the state of a run: keys, certificates, the embedded databases, the endpoints. */
export class DataDirectory {
  readonly path: string;

  constructor(path: string) {
    this.path = resolve(path);
  }

  /** The path of a file or folder in it. */
  join(...names: string[]): string {
    return join(this.path, ...names);
  }

  /**
   * Makes the directory if need be, for its owner only.
   *
   * @throws ConfigError when it cannot be made or written to
   */
  async create(): Promise<void> {
    try {
      await makeFolders(this.path);
      await access(this.path, constants.W_OK | constants.X_OK);
    } catch (error) {
      throw new ConfigError([
        `The data directory ${this.path} cannot be written to (${(error as Error).message}): set THINGCORE_DATA_DIR to one that this user may write to`,
      ]);
    }
  }

  /** The text of a file, or undefined when there is none. */
  async read(name: string): Promise<string | undefined> {
    try {
      return await readFile(this.join(name), 'utf8');
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
      throw error;
    }
  }

  /** Writes a file whole or not at all. Secrets get mode 0600. */
  async write(name: string, text: string, mode: 0o600 | 0o644): Promise<void> {
    await rename(await this.writeBeside(name, text, mode), this.join(name));
  }

  /**
   * Writes a file whole unless there is one already, and answers what the file holds then: of several processes that make
   * a secret at the same time, all end up with the same.
   */
  async writeOnce(name: string, text: string, mode: 0o600 | 0o644): Promise<string> {
    const target = this.join(name);
    const temporary = await this.writeBeside(name, text, mode);
    try {
      // Unlike a rename, a link fails when its target is there.
      await link(temporary, target);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    } finally {
      await rm(temporary);
    }
    return readFile(target, 'utf8');
  }

  /** Removes a file; that there is none is fine. */
  async remove(name: string): Promise<void> {
    await rm(this.join(name), { force: true });
  }

  /** Writes a file, safe on the disk, next to where it shall be; answers its path. */
  private async writeBeside(name: string, text: string, mode: 0o600 | 0o644): Promise<string> {
    const target = this.join(name);
    await makeFolders(dirname(target));
    const temporary = `${target}.${randomUUID()}`;
    const file = await open(temporary, 'wx', mode);
    try {
      await file.writeFile(text);
      await file.sync();
    } finally {
      await file.close();
    }
    return temporary;
  }
}

/** Step by step: Node's own recursive mkdir never ends where the system says ENOENT for what it may not make, as in /proc. */
async function makeFolders(path: string): Promise<void> {
  try {
    await mkdir(path, { mode: 0o700 });
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EEXIST') return;
    const parent = dirname(path);
    if (code !== 'ENOENT' || parent === path || (await exists(parent))) throw error;
    await makeFolders(parent);
    await mkdir(path, { mode: 0o700 });
  }
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
