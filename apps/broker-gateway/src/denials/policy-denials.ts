import { Injectable } from '@nestjs/common';
import { IotError } from '#thingcore/errors';
import { Clock } from '#thingcore/platform';
import { type Decision, parseArn } from '#thingcore/policy';
import type { ConnectionAuthorizer } from '../authorization/connection-authorizer.js';
import type { Connection } from '../connection.js';
import { DenialRecorder } from './denial-recorder.js';
import { type DeniedClient, deniedClient } from './denied-client.js';

/** The same topic is recorded for a receiver once in this time; messages on it may come by the thousand. */
const RECEIVE_PAUSE_MS = 60_000;

/** Topics remembered for a receiver; whoever is denied more is slowed down by the limit of a client. */
const RECEIVE_TOPICS = 128;

/** What policies deny. */
@Injectable()
export class PolicyDenials {
  private readonly receives = new WeakMap<Connection, Map<string, number>>();

  constructor(
    private readonly recorder: DenialRecorder,
    private readonly clock: Clock,
  ) {}

  /**
   * Records a denial and answers the error that tells the client of it: `Forbidden`, with the id of the denial in the
   * message, and nothing of the policies. Only who administers them may see what they say.
   */
  refusal(client: DeniedClient, authorizer: ConnectionAuthorizer, decision: Decision): IotError {
    const { action, resource } = decision;
    const denialId = this.recorder.record(client, action, () => ({
      ...authorizer.explain(decision),
      cause: 'POLICY',
    }));
    const arn = parseArn(resource);
    const what = `Not authorized to ${action} on ${arn === undefined ? resource : `${arn.kind}/${arn.name}`}`;
    const details = { action, resource };
    return denialId === undefined
      ? new IotError('Forbidden', what, { details })
      : new IotError('Forbidden', `${what}, see denial ${denialId}`, { details: { ...details, denialId } });
  }

  /** Records that a message was not delivered, if the same has not been recorded lately. Cheap: a fan-out calls it. */
  received(connection: Connection, decision: Decision): void {
    let topics = this.receives.get(connection);
    if (topics === undefined) this.receives.set(connection, (topics = new Map<string, number>()));
    const now = this.clock.now();
    const recordedAt = topics.get(decision.resource);
    if (recordedAt !== undefined && now - recordedAt < RECEIVE_PAUSE_MS) {
      this.recorder.suppress(deniedClient(connection), decision.action);
      return;
    }
    if (topics.size >= RECEIVE_TOPICS) topics.clear();
    topics.set(decision.resource, now);
    const { authorizer } = connection.rights;
    this.recorder.record(deniedClient(connection), decision.action, () => ({
      ...authorizer.explain(decision),
      cause: 'POLICY',
    }));
  }
}
