import { Inject, Injectable } from '@nestjs/common';
import type { ShadowAuthor } from '#thingcore/contracts';
import { IotError, reviveError } from '#thingcore/errors';
import { Clock } from '#thingcore/platform';
import {
  type AcceptedDocument,
  checkClientToken,
  type DeletedDocument,
  getDocument,
  noShadowError,
  parseTokenRequest,
  parseUpdateRequest,
  revertPatch,
  type ShadowDocument,
  type ShadowLimits,
} from '#thingcore/shadow-document';
import { HistoryService } from './history/history.service.js';
import { ShadowReader } from './reads/shadow-reader.js';
import { DesiredGuard } from './schemas/desired-guard.js';
import { SHADOW_CONFIG, type ShadowConfig, shadowLimits } from './shadow.config.js';
import { recordOf, type ShadowKey } from './store/stored-shadow.js';
import { withToken } from './writes/change-request.js';
import { ShadowWriter } from './writes/shadow-writer.js';

/** A revert that somebody else's update came before is tried again as often, unless it names a version. */
const REVERT_ATTEMPTS = 5;

/** What to bring back. */
export interface RevertRequest {
  readonly toVersion: number;
  readonly version?: number | undefined;
  readonly clientToken?: string | undefined;
}

/** A shadow with its thing, for answers about many. */
export interface ShadowOfThing {
  readonly thingName: string;
  readonly document: ShadowDocument;
  /** Milliseconds since the epoch. */
  readonly updatedAt: number;
}

/** Device shadows: what a thing is and what it is wanted to be. */
@Injectable()
export class ShadowService {
  private readonly limits: ShadowLimits;

  constructor(
    private readonly writer: ShadowWriter,
    private readonly reader: ShadowReader,
    private readonly history: HistoryService,
    private readonly desired: DesiredGuard,
    private readonly clock: Clock,
    @Inject(SHADOW_CONFIG) config: ShadowConfig,
  ) {
    this.limits = shadowLimits(config);
  }

  /** Applies an update request and tells the world; answers what `update/accepted` says. */
  async update(key: ShadowKey, payload: Uint8Array, author: ShadowAuthor | undefined): Promise<AcceptedDocument> {
    const request = parseUpdateRequest(payload, this.limits);
    if (this.desired.isOnWatch(author)) await this.desired.check({ key, request, author });
    return this.writer.update(key, request, author);
  }

  /** The whole document of a shadow. */
  async get(key: ShadowKey, payload: Uint8Array): Promise<ShadowDocument> {
    const { clientToken } = parseTokenRequest(payload);
    try {
      const record = recordOf(await this.reader.read(key));
      if (record === undefined) throw noShadowError(key.shadowName ?? key.thingName);
      return getDocument(record, this.seconds(), clientToken);
    } catch (error) {
      throw withToken(reviveError(error), clientToken);
    }
  }

  /** The shadows of one name of many things; what does not exist is left out. */
  async getMany(thingNames: string[], shadowName?: string): Promise<ShadowOfThing[]> {
    const names = [...new Set(thingNames)];
    const found = await Promise.all(names.map((thingName) => this.reader.read({ thingName, shadowName })));
    const now = this.seconds();
    return found.flatMap((stored, index) => {
      const record = recordOf(stored);
      if (stored === undefined || record === undefined) return [];
      return [{ thingName: names[index] ?? '', document: getDocument(record, now), updatedAt: stored.updatedAt }];
    });
  }

  /** Deletes a shadow and tells the world; answers what `delete/accepted` says. */
  async delete(key: ShadowKey, payload: Uint8Array, author: ShadowAuthor | undefined): Promise<DeletedDocument> {
    return this.writer.delete(key, parseTokenRequest(payload).clientToken, author);
  }

  /** Makes `desired` what it was; answers what `update/accepted` says of it. */
  async revert(key: ShadowKey, request: RevertRequest, author: ShadowAuthor | undefined): Promise<AcceptedDocument> {
    const { toVersion, clientToken } = request;
    checkClientToken(clientToken, this.limits);
    for (let attempt = 1; ; attempt++) {
      const comparison = await this.history.compareWith(key, toVersion);
      if (comparison === undefined) throw withToken(noShadowError(key.shadowName ?? key.thingName), clientToken);
      const { current, currentVersion, target } = comparison;
      const desired = revertPatch('desired', current, target);
      const update = {
        state: desired === undefined ? {} : { desired },
        version: request.version ?? currentVersion,
        ...(clientToken === undefined ? {} : { clientToken }),
      };
      if (this.desired.isOnWatch(author)) await this.desired.check({ key, request: update, author });
      try {
        return await this.writer.update(key, update, author);
      } catch (error) {
        const isRace = error instanceof IotError && error.code === 'VersionConflict' && request.version === undefined;
        if (!isRace || attempt === REVERT_ATTEMPTS) throw error;
      }
    }
  }

  private seconds(): number {
    return Math.floor(this.clock.now() / 1000);
  }
}
