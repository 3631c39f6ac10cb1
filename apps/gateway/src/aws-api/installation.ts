import { hostname } from 'node:os';
import { Inject, Injectable } from '@nestjs/common';
import { Logger, type LogLevel, Scope } from '#thingcore/platform';
import { GATEWAY_CONFIG, type GatewayConfig } from '../gateway.config.js';

/** What operations tell of the installation itself. */
@Injectable()
export class Installation {
  /** The name of the host that devices and applications connect to, without a port. */
  readonly endpoint: string;
  readonly logLevel: LogLevel;

  constructor(
    @Inject(GATEWAY_CONFIG) { endpoint, brokerHostnames }: GatewayConfig,
    readonly scope: Scope,
    logger: Logger,
  ) {
    this.endpoint = endpoint ?? brokerHostnames[0] ?? hostname();
    this.logLevel = logger.level;
  }
}
