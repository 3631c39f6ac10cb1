import type { ProvisioningOperation } from '#thingcore/topics';
import { type ProvisioningDocument, readProvisioningDocument } from './provisioning-document.js';

const KEYS: ProvisioningOperation = { operation: 'create-keys-and-certificate' };
const CSR: ProvisioningOperation = { operation: 'create-certificate-from-csr' };
const REGISTER: ProvisioningOperation = { operation: 'register-thing', templateName: 'pumps' };

describe('readProvisioningDocument', () => {
  it.each<[string, ProvisioningOperation, Record<string, unknown>, ProvisioningDocument]>([
    ['a request for keys', KEYS, {}, KEYS],
    ['one with more than it takes', KEYS, { note: 1 }, KEYS],
    ['a signing request', CSR, { certificateSigningRequest: 'pem' }, { ...CSR, certificateSigningRequest: 'pem' }],
    [
      'a registration without parameters',
      REGISTER,
      { certificateOwnershipToken: 't' },
      { ...REGISTER, certificateOwnershipToken: 't', parameters: {} },
    ],
    [
      // The older client of the AWS SDK sends the name of the template too.
      'a registration of the AWS SDK',
      REGISTER,
      { templateName: 'others', certificateOwnershipToken: 't', parameters: { Serial: '800' } },
      { ...REGISTER, certificateOwnershipToken: 't', parameters: { Serial: '800' } },
    ],
    [
      'a parameter with a name that is special to JavaScript',
      REGISTER,
      { certificateOwnershipToken: 't', parameters: JSON.parse('{"__proto__":"a"}') as unknown },
      { ...REGISTER, certificateOwnershipToken: 't', parameters: JSON.parse('{"__proto__":"a"}') },
    ],
  ])('reads %s', (_name, asked, payload, expected) => {
    expect(readProvisioningDocument(asked, payload)).toEqual(expected);
  });

  const withToken = (parameters: unknown) => ({ certificateOwnershipToken: 't', parameters });

  it.each<[string, ProvisioningOperation, Record<string, unknown>, field: string, RegExp]>([
    ['no signing request', CSR, {}, 'certificateSigningRequest', /is missing/],
    [
      'an inherited signing request',
      CSR,
      Object.create({ certificateSigningRequest: 'x' }) as never,
      'certificateSigningRequest',
      /is missing/,
    ],
    ['null for a signing request', CSR, { certificateSigningRequest: null }, 'certificateSigningRequest', /is missing/],
    ['an empty signing request', CSR, { certificateSigningRequest: '' }, 'certificateSigningRequest', /is empty/],
    [
      'bytes for a signing request',
      CSR,
      { certificateSigningRequest: new Uint8Array(3) },
      'certificateSigningRequest',
      /not bytes/,
    ],
    ['no token', REGISTER, {}, 'certificateOwnershipToken', /is missing/],
    ['an empty token', REGISTER, { certificateOwnershipToken: '' }, 'certificateOwnershipToken', /is empty/],
    ['a number for a token', REGISTER, { certificateOwnershipToken: 7 }, 'certificateOwnershipToken', /not a number/],
    [
      'a long token',
      REGISTER,
      { certificateOwnershipToken: 't'.repeat(4_097) },
      'certificateOwnershipToken',
      /more than 4096 characters/,
    ],
    [
      'a long signing request',
      CSR,
      { certificateSigningRequest: 'r'.repeat(16_385) },
      'certificateSigningRequest',
      /more than 16384 characters/,
    ],
    ['a list of parameters', REGISTER, withToken(['a']), 'parameters', /not a list/],
    ['a text for parameters', REGISTER, withToken('Serial=1'), 'parameters', /not a string/],
    ['bytes for parameters', REGISTER, withToken(new Uint8Array(1)), 'parameters', /not bytes/],
    ['a number in the parameters', REGISTER, withToken({ Serial: 800 }), 'parameters.Serial', /not a number/],
    ['an object in the parameters', REGISTER, withToken({ Serial: {} }), 'parameters.Serial', /not an object/],
    ['null in the parameters', REGISTER, withToken({ Serial: null }), 'parameters.Serial', /not null/],
    [
      'a long name in the parameters',
      REGISTER,
      withToken({ ['n'.repeat(999)]: 1 }),
      `parameters.${'n'.repeat(64)}`,
      /not a number/,
    ],
    [
      'too many parameters',
      REGISTER,
      withToken(Object.fromEntries(Array.from({ length: 257 }, (_, n) => [`p${n}`, 'x']))),
      'parameters',
      /at most 256/,
    ],
  ])('refuses %s and names the field', (_name, asked, payload, field, message) => {
    expect(() => readProvisioningDocument(asked, payload)).toThrow(message);
    expect(() => readProvisioningDocument(asked, payload)).toThrow(
      expect.objectContaining({ code: 'InvalidRequest', details: { field } }) as Error,
    );
  });
});
