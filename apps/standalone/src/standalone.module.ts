import type { DynamicModule, Type } from '@nestjs/common';
import { BrokerGatewayModule } from '../../broker-gateway/src/broker-gateway.module.js';
import { brokerSettings } from '../../broker-gateway/src/broker.config.js';
import { GatewayModule } from '../../gateway/src/gateway.module.js';
import { gatewaySettings } from '../../gateway/src/gateway.config.js';
import { type ConfigOf, platformSettings, readConfigs, tracingSettings } from '#thingcore/platform';
import { RegistryModule } from '../../registry/src/registry.module.js';
import { registrySettings } from '../../registry/src/registry.config.js';
import { RulesModule } from '../../rules/src/rules.module.js';
import { rulesSettings } from '../../rules/src/rules.config.js';
import { shadowSettings } from '../../shadow/src/shadow.config.js';
import { ShadowModule } from '../../shadow/src/shadow.module.js';
import { standaloneSettings } from './standalone.config.js';

/** The settings of the product, by the service that reads them. */
export const settings = {
  platform: platformSettings,
  standalone: standaloneSettings,
  registry: registrySettings,
  shadow: shadowSettings,
  broker: brokerSettings,
  rules: rulesSettings,
  gateway: gatewaySettings,
  tracing: tracingSettings,
};

/** All that a standalone run was told. */
export type StandaloneConfig = { readonly [K in keyof typeof settings]: ConfigOf<(typeof settings)[K]> };

/** Reads the settings of all services at once. */
export function readStandaloneConfig(): StandaloneConfig {
  return readConfigs(settings);
}

/** All services in one process, lowest first, so that each finds those below it ready. */
export function serviceModules(config: StandaloneConfig): (Type | DynamicModule)[] {
  return [
    RegistryModule.forRoot(config.registry),
    ShadowModule.forRoot(config.shadow),
    BrokerGatewayModule.forRoot(config.broker, { kind: 'files' }),
    RulesModule.forRoot(config.rules),
    GatewayModule.forRoot(config.gateway),
  ];
}
