import { Column, Entity, PrimaryColumn } from 'typeorm';

@Entity('certificates')
export class CertificateEntity {
  @PrimaryColumn({ name: 'certificate_id', type: 'text' })
  certificateId: string;

  @Column({ name: 'certificate_pem', type: 'text' })
  certificatePem: string;

  @Column({ type: 'text' })
  status: 'ACTIVE' | 'INACTIVE' | 'REVOKED';

  @Column({ name: 'not_before', type: 'timestamptz' })
  notBefore: Date;

  @Column({ name: 'not_after', type: 'timestamptz' })
  notAfter: Date;

  @Column({ name: 'created_at', type: 'timestamptz' })
  createdAt: Date;
}
