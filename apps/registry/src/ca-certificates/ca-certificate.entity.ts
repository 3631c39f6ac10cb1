import { Column, Entity, PrimaryColumn } from 'typeorm';

@Entity('ca_certificates')
export class CaCertificateEntity {
  @PrimaryColumn({ name: 'certificate_id', type: 'text' })
  certificateId: string;

  @Column({ name: 'certificate_pem', type: 'text' })
  certificatePem: string;

  @Column({ type: 'text' })
  subject: string;

  @Column({ name: 'subject_hash', type: 'text' })
  subjectHash: string;

  @Column({ type: 'text' })
  status: 'ACTIVE' | 'INACTIVE';

  @Column({ name: 'auto_registration_status', type: 'text' })
  autoRegistrationStatus: 'ENABLE' | 'DISABLE';

  @Column({ name: 'certificate_mode', type: 'text' })
  certificateMode: 'DEFAULT' | 'SNI_ONLY';

  @Column({ name: 'template_body', type: 'text', nullable: true })
  templateBody: string | null;

  @Column({ name: 'template_name', type: 'text', nullable: true })
  templateName: string | null;

  @Column({ name: 'role_arn', type: 'text', nullable: true })
  roleArn: string | null;

  @Column({ name: 'not_before', type: 'timestamptz' })
  notBefore: Date;

  @Column({ name: 'not_after', type: 'timestamptz' })
  notAfter: Date;

  @Column({ name: 'created_at', type: 'timestamptz' })
  createdAt: Date;

  @Column({ name: 'last_modified_at', type: 'timestamptz' })
  lastModifiedAt: Date;
}
