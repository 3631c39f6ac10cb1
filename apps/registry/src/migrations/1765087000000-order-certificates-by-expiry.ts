import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Finds the certificates that expire next, all of them or those of a status. */
export class OrderCertificatesByExpiry1765087000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE INDEX certificates_by_expiry ON certificates (not_after, certificate_id);
      CREATE INDEX certificates_by_status_and_expiry ON certificates (status, not_after, certificate_id);
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP INDEX certificates_by_status_and_expiry, certificates_by_expiry');
  }
}
