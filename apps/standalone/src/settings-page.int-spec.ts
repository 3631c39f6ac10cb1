import { readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { distributedSettings, type Settings } from '#thingcore/platform';
import { format } from 'prettier';
import { settingsPage } from './settings-page.js';
import { settings } from './standalone.module.js';

const PAGE = join(dirname(fileURLToPath(import.meta.url)), '..', '..', '..', 'docs', 'settings.md');

describe('docs/settings.md', () => {
  it('says what the code says; THINGCORE_UPDATE_DOCS=1 writes it anew', async () => {
    // What stands in the terminal's own log format must not change the page.
    const { platform, standalone, ...services } = settings;
    const groups = { platform, standalone, distributed: distributedSettings, ...services };
    const page = (await format(settingsPage(groups), { parser: 'markdown', printWidth: 120 })).replace(
      '`text`',
      '`json`',
    );
    if (process.env['THINGCORE_UPDATE_DOCS'] === '1') await writeFile(PAGE, page);
    expect(await readFile(PAGE, 'utf8')).toBe(page);
  });
});

describe('the secrets among the settings', () => {
  const groups: Settings[] = [...Object.values(settings), distributedSettings];
  const all = groups.flatMap((group) => Object.values(group));

  it('have no default: no installation comes with a credential that others know', () => {
    const secrets = all.filter(({ isSecret }) => isSecret);
    expect(secrets.length).toBeGreaterThan(8);
    expect(secrets.filter(({ schema }) => schema.safeParse(undefined).data !== undefined)).toEqual([]);
  });

  it('are all settings that are named like one', () => {
    const named = all.filter(({ name }) => /(SECRET|SECRET_KEY|API_KEY|TOKEN|PASSWORD|ACCESS_KEY)$/.test(name));
    expect(named.filter(({ isSecret }) => !isSecret).map(({ name }) => name)).toEqual([]);
  });
});
