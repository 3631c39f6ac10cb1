import { contextValue } from '../context-keys.js';
import { type PolicyContext } from '../index.js';
import { CERTIFICATE_FIELDS, KEY_SPELLINGS, knownKey } from './known-context-keys.js';

const fields = Object.fromEntries(CERTIFICATE_FIELDS.map((field) => [field, ['1', '2', '3', '4', '5', '6']]));
const everything: PolicyContext = {
  clientId: 'c',
  sourceIp: '198.51.100.1',
  domainName: 'd',
  thing: { thingName: 'c', thingTypeName: 't', attributes: { name: 'n' } },
  isAttached: true,
  certificate: { certificateId: 'ab', serialNumber: '1', subject: fields, issuer: fields },
  connectAttributes: ['LastWill'],
  lastWillTopic: 'arn:aws:iot:r:1:topic/w',
};

describe('knownKey', () => {
  it.each(KEY_SPELLINGS)('knows of %s what the evaluator knows', (spelling) => {
    const key = knownKey(spelling);
    const value = contextValue(everything, spelling);
    expect(key?.spelling).toBe(spelling);
    expect(value === undefined).toBe(key?.neverBecause !== undefined);
    expect(Array.isArray(value)).toBe(key?.isSet === true);
  });

  it.each(['.List', '.0', '.1', '.4', '.5'])('knows of a certificate value %s what the evaluator knows', (suffix) => {
    const spelling = `iot:Certificate.Issuer.AlternativeName.DNSName${suffix}`;
    const value = contextValue(everything, spelling);
    expect(knownKey(spelling)?.neverBecause === undefined).toBe(value !== undefined);
    expect(knownKey(spelling)?.isSet === true).toBe(Array.isArray(value));
  });

  it('keeps the name of an attribute as it is', () => {
    expect(knownKey('IOT:connection.thing.attributes[Ab$&]')?.spelling).toBe('iot:Connection.Thing.Attributes[Ab$&]');
  });

  it.each(['iot:Color', 'iot:Connection.Thing.Attributes', 'iot:Certificate.Subject.CN', 'iot:ClientId.1', ''])(
    'knows no %p',
    (name) => {
      expect(knownKey(name)?.spelling).not.toBe(name);
    },
  );
});
