import { readdir, stat } from 'node:fs/promises';
import { makeTempDir } from '#thingcore/testing';
import { DataDirectory } from './data-directory.js';

describe('DataDirectory', () => {
  it('writes a file whole, with its mode, and leaves nothing else behind', async () => {
    const directory = new DataDirectory(await makeTempDir());
    await directory.write('keys/api-key', 'first', 0o600);
    await directory.write('keys/api-key', 'second', 0o600);
    expect(await directory.read('keys/api-key')).toBe('second');
    expect((await stat(directory.join('keys', 'api-key'))).mode & 0o777).toBe(0o600);
    expect(await readdir(directory.join('keys'))).toEqual(['api-key']);
  });

  it('keeps what the first of many writers wrote, when a file is written once', async () => {
    const directory = new DataDirectory(await makeTempDir());
    const texts = Array.from({ length: 20 }, (_, index) => `secret ${index}`);
    const kept = await Promise.all(texts.map((text) => directory.writeOnce('secret-key', text, 0o600)));
    expect(new Set(kept).size).toBe(1);
    expect(texts).toContain(kept[0]);
    expect(await directory.read('secret-key')).toBe(kept[0]);
    expect((await stat(directory.join('secret-key'))).mode & 0o777).toBe(0o600);
    expect(await readdir(directory.path)).toEqual(['secret-key']);
  });

  it('answers undefined for a file that is not there, and removes it gladly', async () => {
    const directory = new DataDirectory(await makeTempDir());
    expect(await directory.read('nothing')).toBeUndefined();
    await expect(directory.remove('nothing')).resolves.toBeUndefined();
  });

  it('makes itself, parents included, for its owner only', async () => {
    const directory = new DataDirectory(`${await makeTempDir()}/a b/c`);
    await directory.create();
    await directory.create();
    expect((await stat(directory.path)).mode & 0o777).toBe(0o700);
  });

  it.each([
    ['below a file', `${process.cwd()}/package.json/data`],
    ['where the system makes no folders', '/proc/thingcore/data'],
  ])('names its setting when it is %s', async (_name, path) => {
    await expect(new DataDirectory(path).create()).rejects.toThrow(/THINGCORE_DATA_DIR/);
  });

  it('reports a file that cannot be read', async () => {
    const directory = new DataDirectory(await makeTempDir());
    await directory.write('folder/file', 'x', 0o644);
    await expect(directory.read('folder')).rejects.toThrow(/EISDIR/);
  });
});
