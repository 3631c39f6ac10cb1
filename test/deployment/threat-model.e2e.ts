import { existsSync, readdirSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { read, root } from './files.js';

const FOLDERS = ['', 'apps', 'libs', 'test'];

describe('docs/threat-model.md', () => {
  const rows = read('docs/threat-model.md')
    .split('\n')
    .filter((line) => /^\| [STRIDE] /.test(line))
    .map((line) => line.split('|').map((cell) => cell.trim()));

  it('names a test for every threat, and each is there', () => {
    expect(rows.length).toBeGreaterThan(20);
    for (const [, , threat, , tests = ''] of rows) {
      const named = [...tests.matchAll(/`([^`]+)`/g)]
        .map(([, path]) => path!)
        .filter((path) => !path.startsWith('npm '));
      expect({ threat, named: named.length > 0 }).toEqual({ threat, named: true });
      expect({ threat, missing: named.filter((path) => !isThere(path)) }).toEqual({ threat, missing: [] });
    }
  });

  it('has every kind of threat', () => {
    expect(new Set(rows.map(([, kind]) => kind))).toEqual(new Set('STRIDE'));
  });
});

/** A folder, or files whose names begin so. */
function isThere(path: string): boolean {
  return FOLDERS.map((folder) => join(root, folder, path)).some((whole) => {
    const folder = dirname(whole);
    if (existsSync(whole)) return true;
    const beginning = basename(whole).replace(/\*$/, '');
    return existsSync(folder) && readdirSync(folder).some((name) => name.startsWith(beginning));
  });
}
