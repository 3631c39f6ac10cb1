import { Column, Entity, PrimaryColumn } from 'typeorm';

@Entity('policy_versions')
export class PolicyVersionEntity {
  @PrimaryColumn({ name: 'policy_name', type: 'text' })
  policyName: string;

  @PrimaryColumn({ type: 'integer' })
  version: number;

  @Column({ name: 'policy_document', type: 'text' })
  policyDocument: string;

  @Column({ name: 'created_at', type: 'timestamptz' })
  createdAt: Date;
}
