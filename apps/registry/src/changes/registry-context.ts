import { Injectable } from '@nestjs/common';
import { Clock, IdGenerator, Scope } from '#thingcore/platform';
import { type ArnKind, iotArn } from '#thingcore/policy';

/** When and where a change happens: the time, new ids, and the names of this installation. */
@Injectable()
export class RegistryContext {
  constructor(
    private readonly clock: Clock,
    private readonly ids: IdGenerator,
    private readonly scope: Scope,
  ) {}

  /** The time. */
  now(): Date {
    return new Date(this.clock.now());
  }

  /** A new id. */
  newId(): string {
    return this.ids.uuid();
  }

  /** The ARN of a resource of this installation. */
  arn(kind: ArnKind, name: string): string {
    return iotArn(this.scope, kind, name);
  }
}
