import {
  DeleteCACertificateCommand,
  DeleteRegistrationCodeCommand,
  DescribeCACertificateCommand,
  GetRegistrationCodeCommand,
  ListCACertificatesCommand,
  RegisterCACertificateCommand,
  UpdateCACertificateCommand,
} from '@aws-sdk/client-iot';
import {
  deleteCaCertificate,
  deleteRegistrationCode,
  getCaCertificate,
  getRegistrationCode,
  listCaCertificates,
  registerCaCertificate,
  updateCaCertificate,
} from '#thingcore/contracts';
import { IotError } from '#thingcore/errors';
import { aCaCertificate, CREATED_AT } from '../../registry.fixture.js';
import { toToken } from '../page-tokens.js';
import { call, describeArea } from './area.fixture.js';

const ROLE = 'arn:aws:iam::123456789012:role/provisioning';
const TEMPLATE = { templateBody: '{}', roleArn: ROLE };
const CA = aCaCertificate('c', { registrationConfig: TEMPLATE });
const { certificateId, certificateArn, certificatePem } = CA;
const NAMES = { certificateId, certificateArn };
const ROW = { ...NAMES, status: 'ACTIVE', creationDate: new Date(CREATED_AT) };
const invalid = { error: 'InvalidRequestException', status: 400 };

/** What AWS SDKs expect of ca certificates. */
export function describeCaCertificates(): void {
  describeArea(
    'CA certificates',
    [
      {
        name: 'GetRegistrationCode',
        send: (iot) => iot.send(new GetRegistrationCodeCommand({})),
        calls: [call(getRegistrationCode, {}, { registrationCode: 'code' })],
        output: { registrationCode: 'code' },
      },
      {
        name: 'DeleteRegistrationCode',
        send: (iot) => iot.send(new DeleteRegistrationCodeCommand({})),
        calls: [call(deleteRegistrationCode, {}, {})],
        output: {},
      },
      {
        name: 'RegisterCACertificate with everything',
        send: (iot) =>
          iot.send(
            new RegisterCACertificateCommand({
              caCertificate: 'ca',
              verificationCertificate: 'proof',
              certificateMode: 'DEFAULT',
              setAsActive: true,
              allowAutoRegistration: true,
              registrationConfig: TEMPLATE,
              tags: [{ Key: 'plant', Value: 'b7' }],
            }),
          ),
        calls: [
          call(
            registerCaCertificate,
            {
              caCertificatePem: 'ca',
              verificationCertificatePem: 'proof',
              certificateMode: 'DEFAULT',
              setAsActive: true,
              allowAutoRegistration: true,
              registrationConfig: TEMPLATE,
              tags: { plant: 'b7' },
            },
            CA,
          ),
        ],
        output: NAMES,
      },
      {
        name: 'DescribeCACertificate with its template',
        send: (iot) => iot.send(new DescribeCACertificateCommand({ certificateId })),
        calls: [call(getCaCertificate, { certificateId }, CA)],
        output: {
          certificateDescription: {
            ...ROW,
            certificatePem,
            ownedBy: '123456789012',
            autoRegistrationStatus: 'ENABLE',
            certificateMode: 'DEFAULT',
            lastModifiedDate: new Date(CREATED_AT),
            validity: { notBefore: new Date(CREATED_AT), notAfter: new Date(1_800_000_000_000) },
          },
          registrationConfig: TEMPLATE,
        },
      },
      {
        name: 'ListCACertificates by template and order',
        send: (iot) =>
          iot.send(new ListCACertificatesCommand({ templateName: 'plant', ascendingOrder: true, pageSize: 1 })),
        calls: [
          call(
            listCaCertificates,
            { templateName: 'plant', isAscending: true, limit: 1 },
            { caCertificates: [CA], nextToken: 'next' },
          ),
        ],
        output: { certificates: [ROW], nextMarker: toToken('ListCACertificates', 'next') },
      },
      {
        name: 'the next page of ListCACertificates',
        send: (iot) => iot.send(new ListCACertificatesCommand({ marker: toToken('ListCACertificates', 'next') })),
        calls: [call(listCaCertificates, { after: 'next', limit: 25 }, { caCertificates: [] })],
        output: { certificates: [] },
      },
      {
        name: 'UpdateCACertificate with members of query and body',
        send: (iot) =>
          iot.send(
            new UpdateCACertificateCommand({
              certificateId,
              newStatus: 'INACTIVE',
              newAutoRegistrationStatus: 'DISABLE',
              registrationConfig: { templateName: 'plant' },
              removeAutoRegistration: false,
            }),
          ),
        calls: [
          call(
            updateCaCertificate,
            {
              certificateId,
              newStatus: 'INACTIVE',
              newAutoRegistrationStatus: 'DISABLE',
              registrationConfig: { templateName: 'plant' },
              removeAutoRegistration: false,
            },
            CA,
          ),
        ],
        output: {},
      },
      {
        name: 'DeleteCACertificate',
        send: (iot) => iot.send(new DeleteCACertificateCommand({ certificateId })),
        calls: [call(deleteCaCertificate, { certificateId }, {})],
        output: {},
      },
    ],
    [
      {
        name: 'a text that is too long, by the name of its member',
        send: (iot) => iot.send(new RegisterCACertificateCommand({ caCertificate: 'c'.repeat(16_385) })),
        message: /"caCertificate": must be at most/,
        ...invalid,
      },
      {
        name: 'two templates',
        send: (iot) =>
          iot.send(
            new RegisterCACertificateCommand({
              caCertificate: 'ca',
              registrationConfig: { templateBody: '{}', templateName: 'plant' },
            }),
          ),
        message: /"registrationConfig": must have either/,
        ...invalid,
      },
      {
        name: 'the wrong registration code',
        send: (iot) =>
          iot.send(new RegisterCACertificateCommand({ caCertificate: 'ca', verificationCertificate: 'proof' })),
        services: [[registerCaCertificate, new IotError('RegistrationCodeValidation', 'another code')]],
        error: 'RegistrationCodeValidationException',
        status: 400,
      },
      {
        name: 'a CA that does not exist',
        send: (iot) => iot.send(new DescribeCACertificateCommand({ certificateId })),
        services: [[getCaCertificate, new IotError('ResourceNotFound', 'there is none')]],
        error: 'ResourceNotFoundException',
        status: 404,
      },
      {
        name: 'to delete what is active',
        send: (iot) => iot.send(new DeleteCACertificateCommand({ certificateId })),
        services: [[deleteCaCertificate, new IotError('CertificateState', 'it is ACTIVE')]],
        error: 'CertificateStateException',
        status: 406,
      },
      {
        name: 'a page that is too large',
        send: (iot) => iot.send(new ListCACertificatesCommand({ pageSize: 251 })),
        message: /'pageSize'/,
        ...invalid,
      },
    ],
  );
}
