import { Column, Entity, PrimaryColumn } from 'typeorm';

@Entity('authorities')
export class AuthorityEntity {
  @PrimaryColumn({ name: 'authority_id', type: 'text' })
  authorityId: string;

  /** Grows from authority to authority; PostgreSQL gives it. */
  @Column({ type: 'bigint', insert: false, update: false })
  generation: string;

  @Column({ type: 'text' })
  state: 'SIGNING' | 'TRUSTED' | 'RETIRED';

  @Column({ name: 'certificate_pem', type: 'text' })
  certificatePem: string;

  @Column({ name: 'cross_certificate_pem', type: 'text', nullable: true })
  crossCertificatePem: string | null;

  @Column({ name: 'sealed_private_key', type: 'text' })
  sealedPrivateKey: string;

  @Column({ name: 'created_at', type: 'timestamptz' })
  createdAt: Date;
}
