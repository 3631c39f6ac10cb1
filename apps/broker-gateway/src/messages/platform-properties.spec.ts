import { profileNamed } from '../profile/broker-profile.js';
import { grantedProperties } from './platform-properties.js';

const aws = profileNamed('aws');

describe('grantedProperties', () => {
  it('passes on what a client could send, with the lifetime that the profile grants', () => {
    const properties = {
      contentType: 'text/plain',
      responseTopic: 'a',
      userProperties: [['lot', 'A']] as [string, string][],
    };
    expect(grantedProperties(undefined, aws)).toBeUndefined();
    expect(grantedProperties(properties, aws)).toEqual(properties);
    // AWS: message expiry, 1 s to 7 days
    expect(grantedProperties({ messageExpiryInterval: 0 }, aws)).toEqual({ messageExpiryInterval: 1 });
    expect(grantedProperties({ messageExpiryInterval: 1e9 }, aws)).toEqual({ messageExpiryInterval: 604_800 });
  });

  // AWS IoT quotas: MQTT 5 properties
  it.each([
    ['contentType', { contentType: 'x'.repeat(257) }],
    ['responseTopic', { responseTopic: 'x'.repeat(257) }],
    ['responseTopic', { responseTopic: 'a/+' }],
    ['correlationData', { correlationData: Buffer.alloc(8_193).toString('base64') }],
    ['userProperties', { userProperties: [['lot', 'x'.repeat(8_190)]] as [string, string][] }],
  ])('refuses a %s that no client could send', (name, properties) => {
    expect(() => grantedProperties(properties, aws)).toThrow(
      expect.objectContaining({ code: 'InvalidRequest', details: { field: `properties.${name}` } }) as Error,
    );
  });
});
