import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { jest } from '@jest/globals';
import { createKeysAndCertificate, getCertificates, rotateAuthority } from '#thingcore/contracts';
import { Logger } from '#thingcore/platform';
import { DataSource } from 'typeorm';
import { AuthorityKeys } from '../authorities/authority-keys.js';
import { AuthorityStore } from '../authorities/authority.store.js';
import { type RegistryFixture, startRegistry } from '../registry.fixture.js';

const LEVELS = ['debug', 'info', 'warn', 'error'] as const;

/** The lines of a PEM block that are its own: what to look for, however line ends are written where it is looked for. */
function linesOf(pem: string): string[] {
  return pem.split('\n').filter((line) => line.length > 20 && !line.startsWith('-----'));
}

describe('private keys', () => {
  let registry: RegistryFixture;
  let logged: unknown[];

  beforeAll(async () => {
    logged = [];
    for (const level of LEVELS) {
      jest.spyOn(Logger.prototype, level).mockImplementation((...line) => void logged.push(line));
    }
    registry = await startRegistry();
  });

  afterAll(async () => {
    await registry.stop();
    jest.restoreAllMocks();
  });

  /** Every row of every table of the schema, as text. */
  async function dump(): Promise<string> {
    const dataSource = registry.get(DataSource);
    const tables = await dataSource.query<{ name: string }[]>(
      `SELECT format('%I.%I', schemaname, tablename) AS name FROM pg_tables WHERE schemaname = 'registry'`,
    );
    const rows = await Promise.all(
      tables.map(({ name }) =>
        dataSource.query<{ text: string }[]>(`SELECT stored::text AS text FROM ${name} AS stored`),
      ),
    );
    return rows
      .flat()
      .map(({ text }) => text)
      .join('\n');
  }

  async function files(): Promise<string> {
    const names = await readdir(registry.dataDirectory);
    return (await Promise.all(names.map((name) => readFile(join(registry.dataDirectory, name), 'utf8')))).join('\n');
  }

  async function places(): Promise<Record<string, string>> {
    return { database: await dump(), log: JSON.stringify(logged), files: await files() };
  }

  it.each(['RSA_2048', 'EC_P256'] as const)(
    'of devices (%s) are handed out once, and kept nowhere',
    async (keyType) => {
      const { certificateId, certificatePem, privateKeyPem } = await registry.call(createKeysAndCertificate, {
        keyType,
      });
      const found = await places();
      expect(found['database']).toContain(linesOf(certificatePem)[0]);
      expect(found['log']).toContain('starting');
      const lines = linesOf(privateKeyPem);
      expect(lines.length).toBeGreaterThan(0);
      for (const [place, text] of Object.entries(found)) {
        expect([place, lines.filter((line) => text.includes(line))]).toEqual([place, []]);
        expect([place, text.includes('PRIVATE KEY')]).toEqual([place, false]);
      }
      const answer = await registry.call(getCertificates, { certificateIds: [certificateId] });
      expect(JSON.stringify(answer)).not.toMatch(/privateKey|PRIVATE KEY/);
    },
  );

  it('of authorities are in the database, sealed, and nowhere else', async () => {
    await registry.call(rotateAuthority, {});
    const authorities = await registry.get(AuthorityStore).list();
    expect(authorities).toHaveLength(2);
    for (const authority of authorities) {
      const lines = linesOf(registry.get(AuthorityKeys).open(authority).privateKeyPem);
      expect(lines.length).toBeGreaterThan(0);
      for (const [place, text] of Object.entries(await places())) {
        expect([place, lines.filter((line) => text.includes(line))]).toEqual([place, []]);
      }
    }
  });
});
