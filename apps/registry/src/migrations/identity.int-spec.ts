import { certificateId, createAuthority } from '#thingcore/pki';
import { createDataSource, type MigrationClass, runMigrations } from '#thingcore/persistence';
import { startPostgres, type TestPostgres } from '#thingcore/testing';
import type { DataSource } from 'typeorm';
import { CreateRegistry1764000000000 } from './1764000000000-create-registry.js';
import { CompleteCertificates1764500000000 } from './1764500000000-complete-certificates.js';
import { RotateAuthorities1764600000000 } from './1764600000000-rotate-authorities.js';
import { ManageApiKeys1764700000000 } from './1764700000000-manage-api-keys.js';

const IDENTITY = [CompleteCertificates1764500000000, RotateAuthorities1764600000000, ManageApiKeys1764700000000];

describe('the migrations of certificates, authorities and API keys', () => {
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

  it('keep what the first release stored, there and back again', async () => {
    await migrate([CreateRegistry1764000000000]);
    const now = new Date('2026-01-01T00:00:00Z');
    const { certificatePem } = await createAuthority({ commonName: 'CA', organization: 'O', now, validForDays: 1 });
    await dataSource.query('INSERT INTO authorities VALUES ($1, $2, $3, $4)', ['thingcore', certificatePem, 'x', now]);
    await dataSource.query('INSERT INTO certificates VALUES ($1, $2, $3, $4, $4, $4)', ['c', 'pem', 'ACTIVE', now]);
    await dataSource.query('INSERT INTO api_keys VALUES ($1, $2, $3, $4)', ['first', 'hash', 'admin', now]);
    await dataSource.destroy();
    await migrate([CreateRegistry1764000000000, ...IDENTITY]);
    const authorityId = certificateId(certificatePem);
    const authority = { authority_id: authorityId, state: 'SIGNING', cross_certificate_pem: null };
    expect(await dataSource.query('SELECT * FROM authorities')).toMatchObject([authority]);
    expect(await dataSource.query('SELECT * FROM certificates')).toMatchObject([
      { certificate_id: 'c', status: 'ACTIVE', ca_certificate_id: null, last_modified_at: now, last_told_at: null },
    ]);
    expect(await dataSource.query('SELECT * FROM api_keys')).toMatchObject([{ expires_at: null, revoked_at: null }]);

    await dataSource.query(`INSERT INTO authorities (authority_id, state, certificate_pem, sealed_private_key, created_at)
      VALUES ('older', 'TRUSTED', 'pem', 'x', now())`);
    await dataSource.query(`UPDATE certificates SET status = 'PENDING_ACTIVATION'`);
    await dataSource.query(`INSERT INTO api_keys VALUES ('gone', 'other hash', 'admin', now(), NULL, now())`);
    for (const _migration of IDENTITY) await dataSource.undoLastMigration();
    expect(await dataSource.query('SELECT * FROM authorities')).toEqual([
      { name: 'thingcore', certificate_pem: certificatePem, sealed_private_key: 'x', created_at: now },
    ]);
    expect(await dataSource.query('SELECT * FROM certificates')).toEqual([]);
    expect(await dataSource.query('SELECT name FROM api_keys')).toEqual([{ name: 'first' }]);
    await runMigrations(dataSource);
    expect(await dataSource.query('SELECT * FROM authorities')).toMatchObject([authority]);
  });
});
