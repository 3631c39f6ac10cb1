import { Injectable } from '@nestjs/common';
import { destinationsChanged, type DestinationStatus, type TopicRuleDestination } from '#thingcore/contracts';
import { IotError } from '#thingcore/errors';
import { Clock, IdGenerator, Logger, Scope } from '#thingcore/platform';
import { EventBus } from '#thingcore/transport';
import { DestinationChallenge } from './destination-challenge.js';
import { type DestinationChange, type DestinationRecord, DestinationStore } from './destination.store.js';
import { EnabledDestinations } from './enabled-destinations.js';

const TOKEN_BYTES = 32;

/** The destinations of HTTP actions: who may be delivered to, because they proved that the URL is theirs. */
@Injectable()
export class DestinationService {
  constructor(
    private readonly store: DestinationStore,
    private readonly challenge: DestinationChallenge,
    private readonly enabled: EnabledDestinations,
    private readonly events: EventBus,
    private readonly clock: Clock,
    private readonly ids: IdGenerator,
    private readonly scope: Scope,
    private readonly logger: Logger,
  ) {}

  /** Creates a destination and sends it its token. */
  async create(confirmationUrl: string): Promise<TopicRuleDestination> {
    const problem = this.challenge.checkUrl(confirmationUrl);
    if (problem !== undefined) {
      throw new IotError('InvalidRequest', `confirmationUrl: ${problem}`, { details: { field: 'confirmationUrl' } });
    }
    const created = await this.insert(confirmationUrl);
    if (created !== undefined) return toDestination(created);
    throw new IotError('ResourceAlreadyExists', `${confirmationUrl} is a destination already`, {
      details: { resourceId: confirmationUrl },
    });
  }

  /** AWS: an HTTP action whose confirmation URL holds no templates creates its destination by itself. */
  async ensure(confirmationUrl: string): Promise<void> {
    await this.insert(confirmationUrl);
  }

  async get(arn: string): Promise<TopicRuleDestination> {
    return toDestination(await this.find(arn));
  }

  async list(limit: number, after?: string): Promise<{ destinations: TopicRuleDestination[]; nextToken?: string }> {
    const records = await this.store.list(limit + 1, after);
    const destinations = records.slice(0, limit).map(toDestination);
    const last = destinations.at(-1);
    return records.length > limit && last !== undefined ? { destinations, nextToken: last.arn } : { destinations };
  }

  /** AWS: UpdateTopicRuleDestination. */
  async setStatus(arn: string, status: Exclude<DestinationStatus, 'ERROR'>): Promise<TopicRuleDestination> {
    const record = await this.find(arn);
    if (record.status === status && status !== 'IN_PROGRESS') return toDestination(record);
    if (status === 'IN_PROGRESS') {
      if (record.isConfirmed) throw statusError(record, status, 'it was confirmed already');
      return toDestination(await this.sendToken(record));
    }
    if (!record.isConfirmed) {
      throw statusError(record, status, 'it was not confirmed yet; confirm it with the token that was sent there');
    }
    return toDestination(await this.change(record, { status }));
  }

  /** Enables the destination that the token was sent to, once. */
  async confirm(token: string): Promise<TopicRuleDestination> {
    const changed = await this.store.confirm(token, new Date(this.clock.now()));
    if (changed === undefined) {
      throw new IotError('InvalidRequest', 'The confirmation token is none, or a newer one was sent; send it anew');
    }
    await this.announce();
    return toDestination(changed);
  }

  async delete(arn: string): Promise<void> {
    if (!(await this.store.delete(arn))) throw noSuchDestination(arn);
    await this.announce();
  }

  private async insert(confirmationUrl: string): Promise<DestinationRecord | undefined> {
    const now = new Date(this.clock.now());
    const record: DestinationRecord = {
      arn: `arn:aws:iot:${this.scope.region}:${this.scope.account}:ruledestination/http/${this.ids.uuid()}`,
      confirmationUrl,
      status: 'IN_PROGRESS',
      statusReason: undefined,
      token: this.ids.secret(TOKEN_BYTES),
      isConfirmed: false,
      createdAt: now,
      updatedAt: now,
    };
    if (!(await this.store.insert(record))) return undefined;
    return this.challenged(record);
  }

  private async sendToken(record: DestinationRecord): Promise<DestinationRecord> {
    const token = this.ids.secret(TOKEN_BYTES);
    return this.challenged(await this.change(record, { status: 'IN_PROGRESS', token }));
  }

  /** The record after its token was sent. While it was, the token may have come back already, or another was sent. */
  private async challenged(record: DestinationRecord): Promise<DestinationRecord> {
    const problem = await this.challenge.send(record);
    const current = await this.find(record.arn);
    if (problem === undefined || current.isConfirmed) return current;
    this.logger.warn('a destination of HTTP actions could not be asked to confirm itself', {
      arn: record.arn,
      confirmationUrl: record.confirmationUrl,
      error: problem,
    });
    return this.change(record, { status: 'ERROR', statusReason: problem });
  }

  private async change(record: DestinationRecord, change: DestinationChange): Promise<DestinationRecord> {
    const changed = await this.store.change(record.token, change, new Date(this.clock.now()));
    await this.announce();
    return changed ?? this.find(record.arn);
  }

  private async find(arn: string): Promise<DestinationRecord> {
    const record = await this.store.find(arn);
    if (record === undefined) throw noSuchDestination(arn);
    return record;
  }

  /** The change is stored: a replica that cannot be told finds it within seconds. */
  private async announce(): Promise<void> {
    this.enabled.forget();
    await this.events.publish(destinationsChanged, {}).catch((error: unknown) => {
      this.logger.warn('the other replicas could not be told that destinations changed', { error: String(error) });
    });
  }
}

function toDestination(record: DestinationRecord): TopicRuleDestination {
  const { arn, confirmationUrl, status, statusReason, createdAt, updatedAt } = record;
  return {
    arn,
    confirmationUrl,
    status,
    ...(statusReason === undefined ? {} : { statusReason }),
    createdAt: createdAt.getTime(),
    lastUpdatedAt: updatedAt.getTime(),
  };
}

function noSuchDestination(arn: string): IotError {
  return new IotError('ResourceNotFound', `Destination ${arn} does not exist`, { details: { resourceId: arn } });
}

function statusError({ arn, status }: DestinationRecord, wanted: string, reason: string): IotError {
  return new IotError('InvalidRequest', `Destination ${arn} cannot go from ${status} to ${wanted}: ${reason}`, {
    details: { resourceId: arn, status },
  });
}
