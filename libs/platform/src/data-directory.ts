import { randomUUID } from 'node:crypto';
import { mkdir, open, readFile, rename, rm } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';

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
    const target = this.join(name);
    await mkdir(dirname(target), { recursive: true });
    const temporary = `${target}.${randomUUID()}`;
    const file = await open(temporary, 'wx', mode);
    try {
      await file.writeFile(text);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporary, target);
  }

  /** Removes a file; that there is none is fine. */
  async remove(name: string): Promise<void> {
    await rm(this.join(name), { force: true });
  }
}
