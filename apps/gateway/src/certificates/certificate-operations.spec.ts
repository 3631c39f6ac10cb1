import {
  createCertificateFromCsr,
  createKeysAndCertificate,
  deleteCertificate,
  getCertificates,
  listCertificates,
  registerCertificate,
  registerCertificateWithoutCa,
  updateCertificate,
} from '#thingcore/contracts';
import { toCursor } from '../connections/cursor.js';
import { describeOperations } from '../operations.fixture.js';
import { aCertificate, anId, CREATED_AT, CREATED_AT_TEXT } from '../registry.fixture.js';

const ID = anId('a');
const CERTIFICATE = aCertificate('a');
const ARN = CERTIFICATE.certificateArn;

describeOperations('the operations of certificates', [
  {
    name: 'createKeysAndCertificate by default',
    operation: `mutation { createKeysAndCertificate(input: {}) {
      id arn pem publicKey privateKey caPem status notBefore notAfter createdAt lastModifiedAt
    } }`,
    command: createKeysAndCertificate,
    request: { setAsActive: false, keyType: 'RSA_2048' },
    reply: { ...CERTIFICATE, publicKeyPem: 'public', privateKeyPem: 'private', authorityPem: 'authority' },
    data: {
      createKeysAndCertificate: {
        id: ID,
        arn: ARN,
        pem: 'PEM of a',
        publicKey: 'public',
        privateKey: 'private',
        caPem: 'authority',
        status: 'ACTIVE',
        notBefore: CREATED_AT_TEXT,
        notAfter: '2027-01-15T08:00:00.000Z',
        createdAt: CREATED_AT_TEXT,
        lastModifiedAt: CREATED_AT_TEXT,
      },
    },
  },
  {
    name: 'createKeysAndCertificate with an elliptic curve',
    operation: `mutation { createKeysAndCertificate(input: { setAsActive: true, keyType: EC_P256 }) {
      id arn pem
    } }`,
    command: createKeysAndCertificate,
    request: { setAsActive: true, keyType: 'EC_P256' },
    reply: { ...CERTIFICATE, publicKeyPem: '', privateKeyPem: '', authorityPem: '' },
    data: {
      createKeysAndCertificate: { id: ID, arn: ARN, pem: 'PEM of a' },
    },
  },
  {
    name: 'createCertificateFromCsr',
    operation: `mutation { createCertificateFromCsr(input: { certificateSigningRequest: "CSR", setAsActive: true }) {
      id caPem
    } }`,
    command: createCertificateFromCsr,
    request: { certificateSigningRequest: 'CSR', setAsActive: true },
    reply: { ...CERTIFICATE, authorityPem: 'authority' },
    data: { createCertificateFromCsr: { id: ID, caPem: 'authority' } },
  },
  {
    name: 'registerCertificate with everything',
    operation: `mutation { registerCertificate(input: {
      certificatePem: "PEM", caCertificatePem: "CA", status: ACTIVE
    }) { id } }`,
    command: registerCertificate,
    request: { certificatePem: 'PEM', caCertificatePem: 'CA', status: 'ACTIVE' },
    reply: CERTIFICATE,
    data: { registerCertificate: { id: ID } },
  },
  {
    name: 'registerCertificate with what is needed',
    operation: 'mutation { registerCertificate(input: { certificatePem: "PEM", caCertificatePem: null }) { id } }',
    command: registerCertificate,
    request: { certificatePem: 'PEM', status: 'INACTIVE' },
    reply: CERTIFICATE,
    data: { registerCertificate: { id: ID } },
  },
  {
    name: 'registerCertificateWithoutCa',
    operation: 'mutation { registerCertificateWithoutCa(input: { certificatePem: "PEM", status: REVOKED }) { id } }',
    command: registerCertificateWithoutCa,
    request: { certificatePem: 'PEM', status: 'REVOKED' },
    reply: CERTIFICATE,
    data: { registerCertificateWithoutCa: { id: ID } },
  },
  {
    name: 'updateCertificate',
    operation: `mutation { updateCertificate(input: { certificateId: "${ID}", newStatus: REVOKED }) { id } }`,
    command: updateCertificate,
    request: { certificateId: ID, newStatus: 'REVOKED' },
    reply: CERTIFICATE,
    data: { updateCertificate: { id: ID } },
  },
  {
    name: 'deleteCertificate',
    operation: `mutation { deleteCertificate(input: { certificateId: "${ID}", forceDelete: true }) { id } }`,
    command: deleteCertificate,
    request: { certificateId: ID, forceDelete: true },
    reply: {},
    data: { deleteCertificate: { id: ID } },
  },
  {
    name: 'certificate',
    operation: `{ certificate(id: "${ID}") { pem status } }`,
    command: getCertificates,
    request: { certificateIds: [ID] },
    reply: { certificates: [aCertificate('a', { status: 'PENDING_ACTIVATION' })] },
    data: { certificate: { pem: 'PEM of a', status: 'PENDING_ACTIVATION' } },
  },
  {
    name: 'certificate that is not there',
    operation: `{ certificate(id: "${ID}") { pem } }`,
    command: getCertificates,
    request: { certificateIds: [ID] },
    reply: { certificates: [] },
    data: { certificate: null },
  },
  {
    name: 'certificates with every filter, whose cursors are positions in the list',
    operation: `{ certificates(first: 2, after: "${toCursor(`7.${anId('f')}`)}", filter: { status: ACTIVE, ca: "${anId('c')}" }) {
      edges { cursor node { id } } pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
    } }`,
    command: listCertificates,
    request: { status: 'ACTIVE', caCertificateId: anId('c'), after: `7.${anId('f')}`, limit: 2 },
    reply: {
      certificates: [CERTIFICATE, aCertificate('b', { createdAt: CREATED_AT - 1 })],
      nextToken: `${CREATED_AT - 1}.${anId('b')}`,
    },
    data: {
      certificates: {
        edges: [
          { cursor: toCursor(`${CREATED_AT}.${ID}`), node: { id: ID } },
          { cursor: toCursor(`${CREATED_AT - 1}.${anId('b')}`), node: { id: anId('b') } },
        ],
        pageInfo: {
          hasNextPage: true,
          hasPreviousPage: true,
          startCursor: toCursor(`${CREATED_AT}.${ID}`),
          // The position behind the last entry is where the service goes on.
          endCursor: toCursor(`${CREATED_AT - 1}.${anId('b')}`),
        },
      },
    },
  },
  {
    name: 'certificates without a filter',
    operation: '{ certificates { edges { cursor } pageInfo { hasNextPage } } }',
    command: listCertificates,
    request: { limit: 50 },
    reply: { certificates: [] },
    data: { certificates: { edges: [], pageInfo: { hasNextPage: false } } },
  },
]);
