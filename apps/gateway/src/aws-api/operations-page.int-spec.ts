import { readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { format } from 'prettier';
import { API_SERVICES, type ApiName } from './api-services.js';
import { HANDLERS } from './handlers.js';
import { operationsPage } from './operations-page.js';

const FOLDER = join(dirname(fileURLToPath(import.meta.url)), '..', '..', '..', '..', 'docs');
const PAGE = join(FOLDER, 'http-api-operations.md');

describe('docs/http-api-operations.md', () => {
  it('says what the code says; THINGCORE_UPDATE_DOCS=1 writes it anew', async () => {
    const page = await format(operationsPage(), { parser: 'markdown', printWidth: 120 });
    if (process.env['THINGCORE_UPDATE_DOCS'] === '1') await writeFile(PAGE, page);
    expect(await readFile(PAGE, 'utf8')).toBe(page);
  });

  it.each(Object.keys(HANDLERS) as ApiName[])('has a handler for nothing that the %s API does not know', (name) => {
    const known = API_SERVICES[name].operations.map((operation) => operation.name);
    expect(Object.keys(HANDLERS[name]).filter((handler) => !known.includes(handler))).toEqual([]);
  });
});
