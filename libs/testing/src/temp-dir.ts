import { mkdtemp } from 'node:fs/promises';
import { join } from 'node:path';
import { guardedDirectory } from './process-guard.js';

/** Makes an empty directory that is removed, with all it holds then, when this process ends. */
export async function makeTempDir(prefix = 'dir-'): Promise<string> {
  return mkdtemp(join(await guardedDirectory(), prefix));
}
