import { type ConfigOf, ConfigError, isProduction, port, setting } from '#thingcore/platform';
import { z } from 'zod';

/** The environment variables that tokens cannot be verified without. */
export const OIDC_SETTINGS = {
  issuer: 'THINGCORE_GATEWAY_OIDC_ISSUER',
  audience: 'THINGCORE_GATEWAY_OIDC_AUDIENCE',
} as const;

const claimText = z.string().trim();

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
  oidcIssuer: setting(
    OIDC_SETTINGS.issuer,
    z
      .url({
        protocol: /^https?$/,
        error: 'must be the URL of an issuer, as in https://login.example.com/realms/plant',
      })
      .refine((url) => !/[?#]/.test(url), 'must be a URL without a query and a fragment')
      .optional(),
    'OpenID Connect issuer whose tokens open the API beside API keys, exactly as its tokens name it (iss); with https, unless the way to it is trusted',
  ),
  oidcAudience: setting(
    OIDC_SETTINGS.audience,
    claimText.optional(),
    'What tokens must be made for (aud), usually the client id at the issuer; needed with an issuer',
  ),
  oidcRoleClaim: setting(
    'THINGCORE_GATEWAY_OIDC_ROLE_CLAIM',
    claimText.default('roles'),
    'Claim of a token with the roles of its holder, or the path to it, as in realm_access.roles',
  ),
  oidcAdminRole: setting(
    'THINGCORE_GATEWAY_OIDC_ADMIN_ROLE',
    claimText.default('thingcore-admin'),
    'What makes an administrator of the holder of a token: the name of the role at the issuer',
  ),
  oidcOperatorRole: setting(
    'THINGCORE_GATEWAY_OIDC_OPERATOR_ROLE',
    claimText.default('thingcore-operator'),
    'What makes an operator of the holder of a token',
  ),
  oidcViewerRole: setting(
    'THINGCORE_GATEWAY_OIDC_VIEWER_ROLE',
    claimText.default('thingcore-viewer'),
    'What makes a viewer of the holder of a token',
  ),
};

/** What the gateway was told. */
export type GatewayConfig = ConfigOf<typeof gatewaySettings>;

/** Where {@link GatewayConfig} is found. */
export const GATEWAY_CONFIG = Symbol('GatewayConfig');

/** Refuses settings that contradict each other, naming the one to change. */
export function checkGatewayConfig(config: GatewayConfig): GatewayConfig {
  if ((config.oidcIssuer === undefined) !== (config.oidcAudience === undefined)) {
    // Without an audience, a token for any other application of the issuer would open this one.
    throw new ConfigError([`${OIDC_SETTINGS.issuer} and ${OIDC_SETTINGS.audience} go together: set both or none`]);
  }
  return config;
}
