import { Injectable } from '@nestjs/common';
import { listShadowSchemas, type ShadowSchema } from '#thingcore/contracts';
import { reviveError } from '#thingcore/errors';
import { Follower, Lifecycle, Logger, type Part } from '#thingcore/platform';
import { readShadowSchema, type TypedThing } from '#thingcore/shadow-schema';
import { RpcClient } from '#thingcore/transport';

/** How often the registry is asked for the revision, in milliseconds: so long a change can stay unseen whose event was lost. */
const LOOK_MS = 1_000;

/** The schemas of thing types, as the registry has them. None before it has answered for the first time. */
@Injectable()
export class ShadowSchemas implements Part {
  readonly name = 'the follower of shadow schemas';
  readonly stage = 'prepare';
  private revision: number | undefined;
  private byType: ReadonlyMap<string, TypedThing> = new Map();
  private readonly follower: Follower;

  constructor(
    private readonly rpc: RpcClient,
    private readonly logger: Logger,
    lifecycle: Lifecycle,
  ) {
    lifecycle.add(this);
    this.follower = new Follower({
      look: () => this.look(),
      everyMs: LOOK_MS,
      failing: (error) => {
        const { code, message } = reviveError(error);
        logger.warn('the registry cannot be asked for shadow schemas', { code, reason: message });
      },
      healed: () => logger.info('the registry tells of shadow schemas again'),
    });
  }

  start(): Promise<void> {
    return this.follower.start();
  }

  stop(): Promise<void> {
    return this.follower.stop();
  }

  /** Looks now; resolves when what is known is not older than this call. */
  refresh(): Promise<void> {
    return this.follower.look();
  }

  /** What a thing type says of the shadows of its things. */
  of(thingTypeName: string): TypedThing | undefined {
    return this.byType.get(thingTypeName);
  }

  /** Whether any type has a schema. */
  get isEmpty(): boolean {
    return this.byType.size === 0;
  }

  /** Whether any type wants what MQTT clients desire validated, too. */
  get concernsMqtt(): boolean {
    return [...this.byType.values()].some(({ validation }) => validation === 'ALL');
  }

  private async look(): Promise<void> {
    const known = this.revision === undefined ? {} : { knownRevision: this.revision };
    const { revision, schemas } = await this.rpc.call(listShadowSchemas, known);
    if (schemas !== undefined) this.byType = new Map(schemas.flatMap((schema) => this.read(schema)));
    this.revision = revision;
  }

  /** One that cannot be read is passed over: a version before this one may have stored it, and shadows go on. */
  private read({ thingTypeName, shadowSchema }: ShadowSchema): [string, TypedThing][] {
    try {
      return [[thingTypeName, readShadowSchema(thingTypeName, shadowSchema).thing]];
    } catch (error) {
      this.logger.error('a shadow schema cannot be read; nothing is validated against it', {
        thingTypeName,
        reason: reviveError(error).message,
      });
      return [];
    }
  }
}
