import { Injectable } from '@nestjs/common';
import type { ShadowAuthor } from '#thingcore/contracts';
import { IotError } from '#thingcore/errors';
import {
  type AcceptedDocument,
  acceptedDocument,
  type DeletedDocument,
  deleteDocument,
  type UpdateRequest,
} from '#thingcore/shadow-document';
import { type ShadowKey, textOfKey } from '../store/stored-shadow.js';
import { BatchCommitter } from './batch-committer.js';
import { type ChangeRequest, withToken } from './change-request.js';
import { PendingGroup } from './pending-group.js';

/** Batches under way at a time: while one is written others are announced or gather. */
const LANES = 3;

const SHADOWS_PER_BATCH = 256;
const CHANGES_PER_GROUP = 32;

/** Changes that may wait; their callers would have given up before it is their turn. */
const MOST_WAITING = 50_000;

/**
 * Milliseconds after which a change is not begun any more. Its caller gives up after five seconds and sends the next one,
 * maybe to another replica: a change that is stored behind it would undo it.
 */
const LONGEST_WAIT_MS = 4_000;

/**
 * Takes changes of shadows. What comes while batches are under way gathers and is stored together (group commit), so
 * that batches grow with the load. Changes of one shadow are stored in the order they came: a shadow is in one batch at
 * a time, and it stays there until its changes have been announced.
 */
@Injectable()
export class ShadowWriter {
  private readonly waiting = new Map<string, PendingGroup>();
  private readonly busy = new Set<string>();
  private count = 0;
  private lanes = 0;
  private isWaking = false;

  constructor(private readonly committer: BatchCommitter) {}

  /** Updates a shadow. */
  update(key: ShadowKey, request: UpdateRequest, author: ShadowAuthor | undefined): Promise<AcceptedDocument> {
    return new Promise((resolve, reject) => {
      this.submit(key, {
        kind: 'update',
        request,
        author,
        clientToken: request.clientToken,
        arrivedAt: performance.now(),
        done: ({ version, timestamp }) => resolve(acceptedDocument(request, version, timestamp)),
        failed: reject,
      });
    });
  }

  /** Deletes a shadow. */
  delete(key: ShadowKey, clientToken: string | undefined, author: ShadowAuthor | undefined): Promise<DeletedDocument> {
    return new Promise((resolve, reject) => {
      this.submit(key, {
        kind: 'deletion',
        author,
        clientToken,
        arrivedAt: performance.now(),
        done: ({ version, timestamp }) => resolve(deleteDocument(version, timestamp, clientToken)),
        failed: reject,
      });
    });
  }

  /** Takes a change; one of its callbacks is called once. */
  submit(key: ShadowKey, change: ChangeRequest): void {
    if (this.count >= MOST_WAITING) {
      change.failed(withToken(new IotError('Throttling', 'Too many requests'), change.clientToken));
      return;
    }
    const text = textOfKey(key);
    const group = this.waiting.get(text);
    if (group !== undefined) group.changes.push(change);
    else this.waiting.set(text, new PendingGroup(key, text, [change]));
    this.count++;
    this.wake();
  }

  /** What the same turn of the event loop brings travels together. */
  private wake(): void {
    if (this.isWaking || this.lanes >= LANES) return;
    this.isWaking = true;
    setImmediate(() => {
      this.isWaking = false;
      const batch = this.take();
      if (batch.length === 0) return;
      void this.run(batch);
      if (this.waiting.size > 0) this.wake();
    });
  }

  private async run(batch: readonly PendingGroup[]): Promise<void> {
    this.lanes++;
    await this.committer.commit(batch);
    this.lanes--;
    for (const { text } of batch) this.busy.delete(text);
    if (this.waiting.size > 0) this.wake();
  }

  private take(): PendingGroup[] {
    const batch: PendingGroup[] = [];
    for (const [text, group] of this.waiting) {
      if (batch.length === SHADOWS_PER_BATCH) break;
      if (this.busy.has(text)) continue;
      this.waiting.delete(text);
      this.refuseLate(group);
      if (group.changes.length === 0) continue;
      this.busy.add(text);
      const rest = group.changes.splice(CHANGES_PER_GROUP);
      if (rest.length > 0) this.waiting.set(text, new PendingGroup(group.key, text, rest));
      this.count -= group.changes.length;
      batch.push(group);
    }
    return batch;
  }

  private refuseLate({ changes }: PendingGroup): void {
    const arrivedBefore = performance.now() - LONGEST_WAIT_MS;
    const inTime = changes.findIndex(({ arrivedAt }) => arrivedAt > arrivedBefore);
    const late = changes.splice(0, inTime < 0 ? changes.length : inTime);
    this.count -= late.length;
    for (const change of late) change.failed(withToken(notBegun(), change.clientToken));
  }
}

function notBegun(): IotError {
  return new IotError('ServiceUnavailable', 'The change was not begun: too much waits for the database. Send it again');
}
