import { ConfigError, readConfig } from '#thingcore/platform';
import { checkGatewayConfig, gatewaySettings } from './gateway.config.js';

const read = (environment: Record<string, string>) => checkGatewayConfig(readConfig(gatewaySettings, environment));

const ISSUER = 'https://login.example.com/realms/plant';

describe('the settings of the gateway', () => {
  it('know no issuer of tokens by default', () => {
    expect(read({})).toMatchObject({
      oidcIssuer: undefined,
      oidcAudience: undefined,
      oidcRoleClaim: 'roles',
      oidcAdminRole: 'thingcore-admin',
      oidcOperatorRole: 'thingcore-operator',
      oidcViewerRole: 'thingcore-viewer',
    });
  });

  it('keep the issuer exactly as it is written', () => {
    const environment = { THINGCORE_GATEWAY_OIDC_ISSUER: `${ISSUER}/`, THINGCORE_GATEWAY_OIDC_AUDIENCE: 'thingcore' };
    expect(read(environment).oidcIssuer).toBe(`${ISSUER}/`);
  });

  it.each([
    ['an issuer without an audience', { THINGCORE_GATEWAY_OIDC_ISSUER: ISSUER }, 'set both or none'],
    ['an audience without an issuer', { THINGCORE_GATEWAY_OIDC_AUDIENCE: 'thingcore' }, 'set both or none'],
    ['an issuer that is no URL', { THINGCORE_GATEWAY_OIDC_ISSUER: 'plant' }, 'must be the URL of an issuer'],
    ['an issuer in a file', { THINGCORE_GATEWAY_OIDC_ISSUER: 'file:///plant' }, 'must be the URL of an issuer'],
    ['an issuer with a query', { THINGCORE_GATEWAY_OIDC_ISSUER: `${ISSUER}?a=b` }, 'without a query'],
  ])('refuse %s', (_name, environment, message) => {
    const refuse = () => read(environment);
    expect(refuse).toThrow(ConfigError);
    expect(refuse).toThrow(message);
  });
});
