import { Column, Entity, PrimaryColumn } from 'typeorm';

/** What the holder of an API key may do. */
export type ApiKeyRole = 'admin' | 'operator' | 'viewer';

@Entity('api_keys')
export class ApiKeyEntity {
  @PrimaryColumn({ type: 'text' })
  name: string;

  @Column({ name: 'key_sha256', type: 'text' })
  keySha256: string;

  @Column({ type: 'text' })
  role: ApiKeyRole;

  @Column({ name: 'created_at', type: 'timestamptz' })
  createdAt: Date;
}
