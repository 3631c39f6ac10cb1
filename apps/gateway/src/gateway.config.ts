import { isIP } from 'node:net';
import { type ConfigOf, ConfigError, isProduction, port, setting, wholeNumber } from '#thingcore/platform';
import { z } from 'zod';

/** The environment variables that tokens cannot be verified without. */
export const OIDC_SETTINGS = {
  issuer: 'THINGCORE_GATEWAY_OIDC_ISSUER',
  audience: 'THINGCORE_GATEWAY_OIDC_AUDIENCE',
} as const;

const claimText = z.string().trim();

const onOrOff = z.enum(['on', 'off'], 'must be on or off').transform((value) => value === 'on');

/** How often something may happen; `unlimited` is as often as it likes. */
function rate(byDefault: number) {
  const rule = 'must be a whole number from 1 on, or "unlimited"';
  return z
    .string()
    .regex(/^([1-9]\d{0,8}|unlimited)$/, rule)
    .transform((text) => (text === 'unlimited' ? Infinity : Number(text)))
    .default(byDefault);
}

/** Entries with commas between them. */
function listOf(isEntry: (entry: string) => boolean, rule: string) {
  return z
    .string()
    .default('')
    .transform((text) =>
      text
        .split(',')
        .map((entry) => entry.trim())
        .filter((entry) => entry !== ''),
    )
    .refine((entries) => entries.every(isEntry), rule);
}

/** What the gateway can be told. */
export const gatewaySettings = {
  httpPort: setting('THINGCORE_HTTP_PORT', port(3000), 'Port of HTTP: GraphQL at /graphql'),
  httpHost: setting('THINGCORE_HTTP_HOST', z.string().default('127.0.0.1'), 'Address of HTTP'),
  graphiql: setting(
    'THINGCORE_GATEWAY_GRAPHIQL',
    onOrOff.optional(),
    'Whether GraphiQL, the GraphQL page for people, is served at /graphiql; unless set, in development only: with THINGCORE_HTTP_HOST on loopback and NODE_ENV not production',
  ),
  introspection: setting(
    'THINGCORE_GATEWAY_INTROSPECTION',
    onOrOff.optional(),
    'Whether callers may ask for the schema by introspection; unless set, in development only, as GraphiQL',
  ),
  corsOrigins: setting(
    'THINGCORE_GATEWAY_CORS_ORIGINS',
    listOf(isOrigin, 'must be origins with commas between them, as in https://app.example.com, or *'),
    'Origins of web pages that may use the API in a browser, with commas, or * for all; none unless set',
  ),
  trustedProxies: setting(
    'THINGCORE_GATEWAY_TRUSTED_PROXIES',
    listOf(isNetwork, 'must be addresses and networks with commas between them, as in 10.0.0.0/8'),
    'Addresses and networks of proxies whose X-Forwarded-For says where a request comes from, with commas',
  ),
  maxCost: setting(
    'THINGCORE_GATEWAY_MAX_COST',
    wholeNumber(10_000, 1, 1_000_000_000),
    'Highest cost of one operation: about how many objects its answer may hold; docs/graphql.md says how it is counted',
  ),
  requestsPerSecond: setting(
    'THINGCORE_GATEWAY_REQUESTS_PER_SECOND',
    rate(10_000),
    'Requests of one API key, or one subject of tokens, to one process, per second, or "unlimited"; twice as many at once',
  ),
  costPerSecond: setting(
    'THINGCORE_GATEWAY_COST_PER_SECOND',
    rate(100_000),
    'Cost of the operations of one API key, or one subject of tokens, in one process, per second, or "unlimited"; twice as much at once',
  ),
  failedLoginsPerMinute: setting(
    'THINGCORE_GATEWAY_FAILED_LOGINS_PER_MINUTE',
    rate(60),
    'Requests without a valid key or token that one IPv4 address or IPv6 /64 network may make per minute, or "unlimited"',
  ),
  operationsFile: setting(
    'THINGCORE_GATEWAY_OPERATIONS_FILE',
    z.string().optional(),
    'JSON file of operations that callers may send by their SHA-256: a map from hash to text, or a manifest of Apollo',
  ),
  onlyPersisted: setting(
    'THINGCORE_GATEWAY_ONLY_PERSISTED',
    onOrOff.default(false),
    'Whether no other operations run than those of THINGCORE_GATEWAY_OPERATIONS_FILE',
  ),
  auditRequired: setting(
    'THINGCORE_GATEWAY_AUDIT_REQUIRED',
    onOrOff.default(false),
    'Whether mutations are refused while the audit log cannot be written',
  ),
  endpoint: setting(
    'THINGCORE_GATEWAY_ENDPOINT',
    z
      .string()
      .regex(/^[A-Za-z0-9]([A-Za-z0-9.-]{0,251}[A-Za-z0-9])?$|^[0-9a-f:]+$/i, 'must be a host name, without a port')
      .optional(),
    'Name of the host that devices and AWS SDKs connect to, as DescribeEndpoint of the HTTP API tells it; unless set, the first of THINGCORE_BROKER_HOSTNAMES, else the name of the machine',
  ),
  brokerHostnames: setting(
    'THINGCORE_BROKER_HOSTNAMES',
    listOf(() => true, ''),
    'As the broker gateway has it: where THINGCORE_GATEWAY_ENDPOINT is taken from',
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
  if (config.onlyPersisted && config.operationsFile === undefined) {
    throw new ConfigError([
      'THINGCORE_GATEWAY_ONLY_PERSISTED=on needs THINGCORE_GATEWAY_OPERATIONS_FILE: without operations nothing could run',
    ]);
  }
  return config;
}

/** Whether the gateway serves developers: nobody but this machine reaches it, and nobody has called it production. */
export function isDevelopment({ httpHost }: Pick<GatewayConfig, 'httpHost'>): boolean {
  return !isProduction() && /^(localhost|127\.\d+\.\d+\.\d+|::1)$/.test(httpHost);
}

/** Whether callers may ask for the schema. */
export function showsSchema(config: Pick<GatewayConfig, 'httpHost' | 'introspection'>): boolean {
  return config.introspection ?? isDevelopment(config);
}

function isOrigin(text: string): boolean {
  return text === '*' || (URL.canParse(text) && new URL(text).origin === text);
}

function isNetwork(text: string): boolean {
  const [address = '', prefix, ...rest] = text.split('/');
  const family = isIP(address);
  if (family === 0 || rest.length > 0) return false;
  return prefix === undefined || (/^\d{1,3}$/.test(prefix) && Number(prefix) <= (family === 4 ? 32 : 128));
}
