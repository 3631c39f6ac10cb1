import {
  CreateCertificateFromCsrCommand,
  CreateKeysAndCertificateCommand,
  DeleteCertificateCommand,
  DescribeCertificateCommand,
  ListCertificatesByCACommand,
  ListCertificatesCommand,
  RegisterCertificateCommand,
  RegisterCertificateWithoutCACommand,
  UpdateCertificateCommand,
} from '@aws-sdk/client-iot';
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
import { IotError } from '#thingcore/errors';
import { aCertificate, anId, CREATED_AT } from '../../registry.fixture.js';
import { toToken } from '../page-tokens.js';
import { call, describeArea } from './area.fixture.js';

const CERTIFICATE = aCertificate('a', { caCertificateId: anId('c'), certificateMode: 'SNI_ONLY' });
const { certificateId, certificateArn, certificatePem } = CERTIFICATE;
const NAMES = { certificateId, certificateArn };
const ROW = { ...NAMES, status: 'ACTIVE', certificateMode: 'SNI_ONLY', creationDate: new Date(CREATED_AT) };
const invalid = { error: 'InvalidRequestException', status: 400 };

/** What AWS SDKs expect of certificates. */
export function describeCertificates(): void {
  describeArea(
    'certificates',
    [
      {
        name: 'CreateKeysAndCertificate, with the only copy of the key',
        send: (iot) => iot.send(new CreateKeysAndCertificateCommand({ setAsActive: true })),
        calls: [
          call(
            createKeysAndCertificate,
            { setAsActive: true },
            { ...CERTIFICATE, publicKeyPem: 'public', privateKeyPem: 'private', authorityPem: 'authority' },
          ),
        ],
        output: { ...NAMES, certificatePem, keyPair: { PublicKey: 'public', PrivateKey: 'private' } },
      },
      {
        name: 'CreateCertificateFromCsr',
        send: (iot) => iot.send(new CreateCertificateFromCsrCommand({ certificateSigningRequest: 'csr' })),
        calls: [
          call(
            createCertificateFromCsr,
            { certificateSigningRequest: 'csr' },
            { ...CERTIFICATE, authorityPem: 'authority' },
          ),
        ],
        output: { ...NAMES, certificatePem },
      },
      {
        name: 'RegisterCertificate, active in the older words',
        send: (iot) =>
          iot.send(new RegisterCertificateCommand({ certificatePem, caCertificatePem: 'ca', setAsActive: true })),
        calls: [call(registerCertificate, { certificatePem, caCertificatePem: 'ca', status: 'ACTIVE' }, CERTIFICATE)],
        output: NAMES,
      },
      {
        name: 'RegisterCertificate with a status',
        send: (iot) =>
          iot.send(new RegisterCertificateCommand({ certificatePem, status: 'REVOKED', setAsActive: false })),
        calls: [call(registerCertificate, { certificatePem, status: 'REVOKED' }, CERTIFICATE)],
        output: NAMES,
      },
      {
        name: 'RegisterCertificateWithoutCA',
        send: (iot) => iot.send(new RegisterCertificateWithoutCACommand({ certificatePem, status: 'ACTIVE' })),
        calls: [call(registerCertificateWithoutCa, { certificatePem, status: 'ACTIVE' }, CERTIFICATE)],
        output: NAMES,
      },
      {
        name: 'DescribeCertificate with all that is known',
        send: (iot) => iot.send(new DescribeCertificateCommand({ certificateId })),
        calls: [call(getCertificates, { certificateIds: [certificateId] }, { certificates: [CERTIFICATE] })],
        output: {
          certificateDescription: {
            ...ROW,
            certificatePem,
            caCertificateId: anId('c'),
            ownedBy: '123456789012',
            lastModifiedDate: new Date(CREATED_AT),
            validity: { notBefore: new Date(CREATED_AT), notAfter: new Date(1_800_000_000_000) },
          },
        },
      },
      {
        name: 'ListCertificates, the newest first',
        send: (iot) => iot.send(new ListCertificatesCommand({ pageSize: 1 })),
        calls: [call(listCertificates, { limit: 1 }, { certificates: [CERTIFICATE], nextToken: 'next' })],
        output: { certificates: [ROW], nextMarker: toToken('ListCertificates', 'next') },
      },
      {
        name: 'the next page of ListCertificates in the other order',
        send: (iot) =>
          iot.send(new ListCertificatesCommand({ marker: toToken('ListCertificates', 'next'), ascendingOrder: true })),
        calls: [call(listCertificates, { isAscending: true, after: 'next', limit: 25 }, { certificates: [] })],
        output: { certificates: [] },
      },
      {
        name: 'ListCertificatesByCA',
        send: (iot) => iot.send(new ListCertificatesByCACommand({ caCertificateId: anId('c'), ascendingOrder: false })),
        calls: [
          call(
            listCertificates,
            { caCertificateId: anId('c'), isAscending: false, limit: 25 },
            { certificates: [CERTIFICATE] },
          ),
        ],
        output: { certificates: [ROW] },
      },
      {
        name: 'UpdateCertificate',
        send: (iot) => iot.send(new UpdateCertificateCommand({ certificateId, newStatus: 'INACTIVE' })),
        calls: [call(updateCertificate, { certificateId, newStatus: 'INACTIVE' }, CERTIFICATE)],
        output: {},
      },
      {
        name: 'DeleteCertificate by force',
        send: (iot) => iot.send(new DeleteCertificateCommand({ certificateId, forceDelete: true })),
        calls: [call(deleteCertificate, { certificateId, forceDelete: true }, {})],
        output: {},
      },
    ],
    [
      {
        name: 'a certificate that does not exist',
        send: (iot) => iot.send(new DescribeCertificateCommand({ certificateId })),
        services: [[getCertificates, { certificates: [] }]],
        error: 'ResourceNotFoundException',
        status: 404,
      },
      {
        name: 'an id that is none',
        send: (iot) => iot.send(new DescribeCertificateCommand({ certificateId: 'abc' })),
        message: /"certificateId": must be 64/,
        ...invalid,
      },
      {
        // AWS: UpdateCertificate, these "cannot be set by the caller".
        name: 'a status that nobody sets',
        send: (iot) => iot.send(new UpdateCertificateCommand({ certificateId, newStatus: 'PENDING_TRANSFER' })),
        message: /"newStatus"/,
        ...invalid,
      },
      {
        name: 'to register with two words that contradict each other',
        send: (iot) =>
          iot.send(new RegisterCertificateCommand({ certificatePem, status: 'INACTIVE', setAsActive: true })),
        message: /'setAsActive' is true, but 'status' is INACTIVE/,
        ...invalid,
      },
      {
        name: 'a marker of nobody',
        send: (iot) => iot.send(new ListCertificatesCommand({ marker: 'abc' })),
        message: /'marker'/,
        ...invalid,
      },
      {
        name: 'to delete what is active',
        send: (iot) => iot.send(new DeleteCertificateCommand({ certificateId })),
        services: [[deleteCertificate, new IotError('CertificateState', 'it is ACTIVE')]],
        error: 'CertificateStateException',
        status: 406,
      },
      {
        name: 'to delete what is attached',
        send: (iot) => iot.send(new DeleteCertificateCommand({ certificateId })),
        services: [[deleteCertificate, new IotError('DeleteConflict', 'it is attached')]],
        error: 'DeleteConflictException',
        status: 409,
      },
      {
        name: 'to register what is registered, with its id',
        send: (iot) => iot.send(new RegisterCertificateWithoutCACommand({ certificatePem })),
        services: [
          [
            registerCertificateWithoutCa,
            new IotError('ResourceAlreadyExists', 'it is', {
              details: { resourceId: certificateId, resourceArn: certificateArn },
            }),
          ],
        ],
        error: 'ResourceAlreadyExistsException',
        status: 409,
      },
      {
        name: 'a request that is none',
        send: (iot) => iot.send(new CreateCertificateFromCsrCommand({ certificateSigningRequest: 'csr' })),
        services: [[createCertificateFromCsr, new IotError('CertificateValidation', 'it is none')]],
        error: 'CertificateValidationException',
        status: 400,
      },
    ],
  );
}
