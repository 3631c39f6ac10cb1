import {
  parseReservedTopic,
  type ProvisioningRequest,
  provisioningTopics,
  type ProvisioningTopics,
  type ReservedTopic,
} from './index.js';

// AWS: Device provisioning MQTT API
const REQUESTS: [string, ProvisioningRequest][] = [
  ['$aws/certificates/create/json', { operation: 'create-keys-and-certificate', format: 'json' }],
  ['$aws/certificates/create/cbor', { operation: 'create-keys-and-certificate', format: 'cbor' }],
  ['$aws/certificates/create-from-csr/json', { operation: 'create-certificate-from-csr', format: 'json' }],
  ['$aws/certificates/create-from-csr/cbor', { operation: 'create-certificate-from-csr', format: 'cbor' }],
  [
    '$aws/provisioning-templates/pumps/provision/json',
    { operation: 'register-thing', templateName: 'pumps', format: 'json' },
  ],
  [
    '$aws/provisioning-templates/provision_-1/provision/cbor',
    { operation: 'register-thing', templateName: 'provision_-1', format: 'cbor' },
  ],
];

describe('the topics of fleet provisioning', () => {
  it.each(REQUESTS)('are read and spelled alike: %s', (topic, request) => {
    const topics: ProvisioningTopics = provisioningTopics(request);
    expect(topics).toEqual({ request: topic, accepted: `${topic}/accepted`, rejected: `${topic}/rejected` });
    const answer = (outcome: 'accepted' | 'rejected'): ReservedTopic => ({
      kind: 'provisioning-answer',
      ...request,
      outcome,
    });
    expect(parseReservedTopic(topics.request)).toEqual({ kind: 'provisioning-request', ...request });
    expect(parseReservedTopic(topics.accepted)).toEqual(answer('accepted'));
    expect(parseReservedTopic(topics.rejected)).toEqual(answer('rejected'));
  });

  it.each([
    ['no format', '$aws/certificates/create'],
    ['an empty format', '$aws/certificates/create/'],
    ['a format that is none', '$aws/certificates/create/xml'],
    ['a format in capitals', '$aws/certificates/create-from-csr/JSON'],
    ['an operation that is none', '$aws/certificates/revoke/json'],
    ['an outcome that is none', '$aws/certificates/create/json/delta'],
    ['an empty outcome', '$aws/certificates/create/json/'],
    ['levels after the outcome', '$aws/certificates/create/json/accepted/x'],
    ['a wildcard for a format', '$aws/certificates/create/+'],
    ['no template name', '$aws/provisioning-templates//provision/json'],
    ['a template name out of its pattern', '$aws/provisioning-templates/pump.s/provision/json'],
    ['a template name that is too long', `$aws/provisioning-templates/${'t'.repeat(37)}/provision/json`],
    ['a wildcard for a template name', '$aws/provisioning-templates/+/provision/json'],
    ['a template without a verb', '$aws/provisioning-templates/pumps'],
    ['another verb', '$aws/provisioning-templates/pumps/delete/json'],
    ['a template without a format', '$aws/provisioning-templates/pumps/provision'],
    ['a format of a template that is none', '$aws/provisioning-templates/pumps/provision/yaml'],
  ])('are unknown with %s', (_name, topic) => {
    expect(parseReservedTopic(topic)).toEqual({ kind: 'unknown' });
  });

  it('have template names of at most 36 characters', () => {
    const templateName = 'T'.repeat(36);
    const { request } = provisioningTopics({ operation: 'register-thing', templateName, format: 'json' });
    expect(parseReservedTopic(request)).toMatchObject({ kind: 'provisioning-request', templateName });
  });
});
