import { readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { format } from 'prettier';
import { settingsPage } from './settings-page.js';
import { settings } from './standalone.module.js';

const PAGE = join(dirname(fileURLToPath(import.meta.url)), '..', '..', '..', 'docs', 'settings.md');

describe('docs/settings.md', () => {
  it('says what the code says; THINGCORE_UPDATE_DOCS=1 writes it anew', async () => {
    // What stands in the terminal's own log format must not change the page.
    const page = (await format(settingsPage(settings), { parser: 'markdown', printWidth: 120 })).replace(
      '`text`',
      '`json`',
    );
    if (process.env['THINGCORE_UPDATE_DOCS'] === '1') await writeFile(PAGE, page);
    expect(await readFile(PAGE, 'utf8')).toBe(page);
  });
});
