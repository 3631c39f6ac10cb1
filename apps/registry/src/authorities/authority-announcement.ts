import { Injectable } from '@nestjs/common';
import { authorityChanged } from '#thingcore/contracts';
import { Logger } from '#thingcore/platform';
import { EventBus } from '#thingcore/transport';
import { AuthorityFile } from './authority-file.js';

/** Lets everybody know that the authorities changed. */
@Injectable()
export class AuthorityAnnouncement {
  constructor(
    private readonly file: AuthorityFile,
    private readonly events: EventBus,
    private readonly logger: Logger,
  ) {}

  /**
   * Brings this replica's file up to date and tells the other replicas and services. The change is committed by then, so
   * what goes wrong is logged and does not fail the call: certificates of the authority before stay good.
   */
  async send(): Promise<void> {
    try {
      await this.file.refresh();
      await this.events.publish(authorityChanged, {});
    } catch (error) {
      this.logger.warn('the change of the authorities could not be told', { error: String(error) });
    }
  }
}
