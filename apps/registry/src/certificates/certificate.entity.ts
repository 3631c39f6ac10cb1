import { Column, Entity, PrimaryColumn } from 'typeorm';

@Entity('certificates')
export class CertificateEntity {
  @PrimaryColumn({ name: 'certificate_id', type: 'text' })
  certificateId: string;

  @Column({ name: 'content_sha256', type: 'text' })
  contentSha256: string;

  @Column({ name: 'certificate_pem', type: 'text' })
  certificatePem: string;

  @Column({ type: 'text' })
  status: 'ACTIVE' | 'INACTIVE' | 'REVOKED' | 'PENDING_ACTIVATION';

  @Column({ name: 'ca_certificate_id', type: 'text', nullable: true })
  caCertificateId: string | null;

  @Column({ name: 'certificate_mode', type: 'text' })
  certificateMode: 'DEFAULT' | 'SNI_ONLY';

  @Column({ name: 'not_before', type: 'timestamptz' })
  notBefore: Date;

  @Column({ name: 'not_after', type: 'timestamptz' })
  notAfter: Date;

  @Column({ name: 'created_at', type: 'timestamptz' })
  createdAt: Date;

  @Column({ name: 'last_modified_at', type: 'timestamptz' })
  lastModifiedAt: Date;

  @Column({ name: 'last_told_at', type: 'timestamptz', nullable: true })
  lastToldAt: Date | null;
}
