import { contentSha256, createAuthority } from '#thingcore/pki';
import { createDataSource, type MigrationClass, runMigrations } from '#thingcore/persistence';
import { startPostgres, type TestPostgres } from '#thingcore/testing';
import type { DataSource } from 'typeorm';
import { withOtherSignature } from '../certificates/certificates.fixture.js';
import { CreateRegistry1764000000000 } from './1764000000000-create-registry.js';
import { KnowCertificateContents1764900000000 } from './1764900000000-know-certificate-contents.js';

describe('the migration to the contents of certificates', () => {
  let postgres: TestPostgres;
  let dataSource: DataSource;

  beforeEach(async () => {
    postgres = await startPostgres();
  });

  afterEach(async () => {
    await dataSource.destroy();
    await postgres.stop();
  });

  async function migrate(migrations: MigrationClass[]): Promise<void> {
    dataSource = createDataSource({ url: postgres.url, schema: 'registry', migrations, applicationName: 'test' });
    await dataSource.initialize();
    await runMigrations(dataSource);
  }

  it('fills them from what is stored: of twins the REVOKED one has it, and there and back again', async () => {
    await migrate([CreateRegistry1764000000000]);
    const now = new Date('2026-01-01T00:00:00Z');
    const make = () =>
      createAuthority({ commonName: 'CA', organization: 'O', now, validForDays: 1, keyType: 'EC_P256' });
    const [one, other] = [(await make()).certificatePem, (await make()).certificatePem];
    const rows = [
      ['alone', one, 'ACTIVE'],
      ['twin', withOtherSignature(other), 'ACTIVE'],
      ['twin-revoked', other, 'REVOKED'],
      ['unreadable', 'pem', 'INACTIVE'],
    ];
    for (const row of rows) {
      await dataSource.query('INSERT INTO certificates VALUES ($1, $2, $3, $4, $4, $4)', [...row, now]);
    }
    const before = await dataSource.query<unknown[]>('SELECT * FROM certificates ORDER BY 1');
    await dataSource.destroy();
    await migrate([CreateRegistry1764000000000, KnowCertificateContents1764900000000]);
    const contents = 'SELECT certificate_id, content_sha256 FROM certificates ORDER BY 1';
    expect(await dataSource.query(contents)).toEqual([
      { certificate_id: 'alone', content_sha256: contentSha256(one) },
      { certificate_id: 'twin', content_sha256: 'twin' },
      { certificate_id: 'twin-revoked', content_sha256: contentSha256(other) },
      { certificate_id: 'unreadable', content_sha256: 'unreadable' },
    ]);
    await dataSource.undoLastMigration();
    expect(await dataSource.query('SELECT * FROM certificates ORDER BY 1')).toEqual(before);
  });
});
