import { Column, Entity, PrimaryColumn } from 'typeorm';

@Entity('things')
export class ThingEntity {
  @PrimaryColumn({ name: 'thing_name', type: 'text' })
  thingName: string;

  @Column({ name: 'thing_id', type: 'uuid' })
  thingId: string;

  @Column({ type: 'jsonb' })
  attributes: Record<string, string>;

  @Column({ type: 'bigint' })
  version: string;

  @Column({ name: 'created_at', type: 'timestamptz' })
  createdAt: Date;
}
