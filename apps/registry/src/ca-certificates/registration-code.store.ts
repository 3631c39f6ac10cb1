import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';

/** The registration code of the account, in PostgreSQL. */
@Injectable()
export class RegistrationCodeStore {
  /** The code, if there is one. */
  async find(manager: EntityManager): Promise<string | undefined> {
    const rows = await manager.query<{ registration_code: string }[]>(
      'SELECT registration_code FROM registration_codes',
    );
    return rows[0]?.registration_code;
  }

  /** Stores a code unless there is one. */
  async insertIfAbsent(manager: EntityManager, registrationCode: string, now: Date): Promise<void> {
    await manager.query(
      'INSERT INTO registration_codes (registration_code, created_at) VALUES ($1, $2) ON CONFLICT DO NOTHING',
      [registrationCode, now],
    );
  }

  async delete(manager: EntityManager): Promise<void> {
    await manager.query('DELETE FROM registration_codes');
  }
}
