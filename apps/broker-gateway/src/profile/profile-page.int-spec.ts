import { readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { format } from 'prettier';
import { profilePage } from './profile-page.js';

const DOCS = join(dirname(fileURLToPath(import.meta.url)), '..', '..', '..', '..', 'docs');
const PAGE = join(DOCS, 'broker-profiles.md');

describe('docs/broker-profiles.md', () => {
  it('says what the profiles say; THINGCORE_UPDATE_DOCS=1 writes it anew', async () => {
    const page = await format(profilePage(), { parser: 'markdown', printWidth: 120 });
    if (process.env['THINGCORE_UPDATE_DOCS'] === '1') await writeFile(PAGE, page);
    expect(await readFile(PAGE, 'utf8')).toBe(page);
  });
});
