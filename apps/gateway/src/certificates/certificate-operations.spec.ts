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
      certificate { id arn pem status notBefore notAfter createdAt lastModifiedAt } publicKey privateKey caPem
    } }`,
    command: createKeysAndCertificate,
    request: { setAsActive: false, keyType: 'RSA_2048' },
    reply: { ...CERTIFICATE, publicKeyPem: 'public', privateKeyPem: 'private', authorityPem: 'authority' },
    data: {
      createKeysAndCertificate: {
        certificate: {
          id: ID,
          arn: ARN,
          pem: 'PEM of a',
          status: 'ACTIVE',
          notBefore: CREATED_AT_TEXT,
          notAfter: '2027-01-15T08:00:00.000Z',
          createdAt: CREATED_AT_TEXT,
          lastModifiedAt: CREATED_AT_TEXT,
        },
        publicKey: 'public',
        privateKey: 'private',
        caPem: 'authority',
      },
    },
  },
  {
    name: 'createKeysAndCertificate with an elliptic curve',
    operation: `mutation { createKeysAndCertificate(input: { setAsActive: true, keyType: EC_P256 }) {
      certificate { id arn pem }
    } }`,
    command: createKeysAndCertificate,
    request: { setAsActive: true, keyType: 'EC_P256' },
    reply: { ...CERTIFICATE, publicKeyPem: '', privateKeyPem: '', authorityPem: '' },
    data: {
      createKeysAndCertificate: { certificate: { id: ID, arn: ARN, pem: 'PEM of a' } },
    },
  },
  {
    name: 'createCertificateFromCsr',
    operation: `mutation { createCertificateFromCsr(input: { certificateSigningRequest: "CSR", setAsActive: true }) {
      certificate { id } caPem
    } }`,
    command: createCertificateFromCsr,
    request: { certificateSigningRequest: 'CSR', setAsActive: true },
    reply: { ...CERTIFICATE, authorityPem: 'authority' },
    data: { createCertificateFromCsr: { certificate: { id: ID }, caPem: 'authority' } },
  },
  {
    name: 'registerCertificate with everything',
    operation: `mutation { registerCertificate(input: {
      certificatePem: "PEM", caCertificatePem: "CA", status: ACTIVE
    }) { certificate { id } } }`,
    command: registerCertificate,
    request: { certificatePem: 'PEM', caCertificatePem: 'CA', status: 'ACTIVE' },
    reply: CERTIFICATE,
    data: { registerCertificate: { certificate: { id: ID } } },
  },
  {
    name: 'registerCertificate with what is needed',
    operation:
      'mutation { registerCertificate(input: { certificatePem: "PEM", caCertificatePem: null }) { certificate { id } } }',
    command: registerCertificate,
    request: { certificatePem: 'PEM', status: 'INACTIVE' },
    reply: CERTIFICATE,
    data: { registerCertificate: { certificate: { id: ID } } },
  },
  {
    name: 'registerCertificateWithoutCa',
    operation:
      'mutation { registerCertificateWithoutCa(input: { certificatePem: "PEM", status: REVOKED }) { certificate { id } } }',
    command: registerCertificateWithoutCa,
    request: { certificatePem: 'PEM', status: 'REVOKED' },
    reply: CERTIFICATE,
    data: { registerCertificateWithoutCa: { certificate: { id: ID } } },
  },
  {
    name: 'updateCertificate',
    operation: `mutation { updateCertificate(input: { certificateId: "${ID}", newStatus: REVOKED }) { certificate { id } } }`,
    command: updateCertificate,
    request: { certificateId: ID, newStatus: 'REVOKED' },
    reply: CERTIFICATE,
    data: { updateCertificate: { certificate: { id: ID } } },
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
    name: 'certificates that expire next',
    operation: `{ certificates(
      filter: { expiresFrom: "2023-11-14T22:13:20Z", expiresBefore: "2027-01-15T08:00:00Z" }, orderBy: { field: EXPIRES_AT }
    ) { nodes { id } edges { cursor } } }`,
    command: listCertificates,
    request: {
      expiresFrom: CREATED_AT,
      expiresBefore: 1_800_000_000_000,
      orderBy: 'notAfter',
      isAscending: true,
      limit: 50,
    },
    reply: { certificates: [CERTIFICATE] },
    data: { certificates: { nodes: [{ id: ID }], edges: [{ cursor: toCursor(`1800000000000.${ID}`, 'EXPIRES_AT') }] } },
  },
  {
    name: 'certificates with every filter, whose cursors are positions in the list',
    operation: `{ certificates(first: 2, after: "${toCursor(`7.${anId('f')}`)}", filter: { status: ACTIVE, ca: "${anId('c')}" }) {
      edges { cursor node { id } } pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
    } }`,
    command: listCertificates,
    request: {
      status: 'ACTIVE',
      caCertificateId: anId('c'),
      after: `7.${anId('f')}`,
      limit: 2,
      isAscending: false,
      orderBy: 'createdAt',
    },
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
    request: { limit: 50, isAscending: false, orderBy: 'createdAt' },
    reply: { certificates: [] },
    data: { certificates: { edges: [], pageInfo: { hasNextPage: false } } },
  },
]);
