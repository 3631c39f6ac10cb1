import { type ConfigOf, isProduction, port, setting } from '#thingcore/platform';
import { z } from 'zod';

/** What the gateway can be told. */
export const gatewaySettings = {
  httpPort: setting('THINGCORE_HTTP_PORT', port(3000), 'Port of HTTP: GraphQL at /graphql'),
  httpHost: setting('THINGCORE_HTTP_HOST', z.string().default('127.0.0.1'), 'Address of HTTP'),
  graphiql: setting(
    'THINGCORE_GATEWAY_GRAPHIQL',
    z
      .enum(['on', 'off'], 'must be on or off')
      .default(() => (isProduction() ? 'off' : 'on'))
      .transform((value) => value === 'on'),
    'Whether GraphiQL, the GraphQL page for people, is served at /graphiql (on, unless NODE_ENV is production)',
  ),
};

/** What the gateway was told. */
export type GatewayConfig = ConfigOf<typeof gatewaySettings>;

/** Where {@link GatewayConfig} is found. */
export const GATEWAY_CONFIG = Symbol('GatewayConfig');
