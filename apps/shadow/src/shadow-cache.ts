import { Inject, Injectable } from '@nestjs/common';
import { Clock } from '#thingcore/platform';
import { SHADOW_CONFIG, type ShadowConfig } from './shadow.config.js';
import { lengthOf, type StoredShadow } from './store/stored-shadow.js';

/** What an entry takes beside its documents, in bytes, about. */
const OVERHEAD_BYTES = 400;

/**
 * Milliseconds after which the generations change at the latest. What nobody has confirmed for three of them is gone,
 * long before the tombstone is that tells a writer that its shadow was deleted meanwhile.
 */
const GENERATION_MS = 12 * 3_600_000;

/**
 * Shadows as this replica last saw them. Another replica may have changed them since, so that nothing may be answered
 * from here unasked: PostgreSQL confirms an entry with the write that builds on it, or when it is read.
 *
 * In two generations: what is used comes into the young one; when that has half of the memory it becomes the old one, and
 * what nobody has used since the last time is gone. A use of a young entry changes nothing, where a list in the order of
 * use would be changed by every one.
 */
@Injectable()
export class ShadowCache {
  private young = new Map<string, StoredShadow>();
  private old = new Map<string, StoredShadow>();
  private readonly capacity: number;
  private youngBytes = 0;
  private changedAt: number;

  constructor(
    @Inject(SHADOW_CONFIG) config: ShadowConfig,
    private readonly clock: Clock,
  ) {
    this.capacity = (config.cacheMegabytes * 1_048_576) / 2;
    this.changedAt = clock.now();
  }

  /** What was last seen under a key; it counts as used now. */
  get(key: string): StoredShadow | undefined {
    this.age();
    const young = this.young.get(key);
    if (young !== undefined) return young;
    const old = this.old.get(key);
    if (old !== undefined) this.set(key, old);
    return old;
  }

  /** What is there, without counting as a use. */
  peek(key: string): StoredShadow | undefined {
    return this.young.get(key) ?? this.old.get(key);
  }

  /** Keeps what was seen; what was not used for long makes room. */
  set(key: string, stored: StoredShadow): void {
    const bytes = bytesOf(stored);
    if (bytes > this.capacity) {
      this.delete(key);
      return;
    }
    const before = this.young.get(key);
    this.youngBytes += bytes - (before === undefined ? 0 : bytesOf(before));
    if (this.youngBytes > this.capacity) {
      this.changeGenerations();
      this.youngBytes = bytes;
    }
    this.young.set(key, stored);
  }

  /** Forgets what was seen: it turned out to be old. */
  delete(key: string): void {
    const young = this.young.get(key);
    if (young !== undefined) this.youngBytes -= bytesOf(young);
    this.young.delete(key);
    this.old.delete(key);
  }

  private age(): void {
    const age = this.clock.now() - this.changedAt;
    if (age < GENERATION_MS) return;
    this.changeGenerations();
    if (age >= 2 * GENERATION_MS) this.old.clear();
  }

  private changeGenerations(): void {
    this.old = this.young;
    this.young = new Map();
    this.youngBytes = 0;
    this.changedAt = this.clock.now();
  }
}

function bytesOf(stored: StoredShadow): number {
  return OVERHEAD_BYTES + lengthOf(stored);
}
