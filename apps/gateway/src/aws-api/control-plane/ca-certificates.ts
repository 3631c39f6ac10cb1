import type {
  DeleteCACertificateRequest,
  DeleteRegistrationCodeRequest,
  DescribeCACertificateRequest,
  DescribeCACertificateResponse,
  GetRegistrationCodeRequest,
  GetRegistrationCodeResponse,
  ListCACertificatesRequest,
  ListCACertificatesResponse,
  RegisterCACertificateRequest,
  RegisterCACertificateResponse,
  UpdateCACertificateRequest,
} from '@aws-sdk/client-iot';
import {
  type CaCertificate,
  deleteCaCertificate,
  deleteRegistrationCode,
  getCaCertificate,
  getRegistrationCode,
  listCaCertificates,
  registerCaCertificate,
  updateCaCertificate,
} from '#thingcore/contracts';
import { inTermsOf } from '../../errors/field-names.js';
import { handler, type OperationHandlers } from '../operation-handler.js';
import { MARKER_PAGE_FIELDS, pageOf } from '../pages.js';
import { fromTags } from './members.js';

const REGISTRATION_FIELDS = {
  caCertificatePem: 'caCertificate',
  verificationCertificatePem: 'verificationCertificate',
} as const;

/** AWS: Control plane, CA certificates. */
export const caCertificateHandlers: OperationHandlers = {
  GetRegistrationCode: handler<GetRegistrationCodeRequest, GetRegistrationCodeResponse>('operator', ({ rpc }) =>
    rpc.call(getRegistrationCode, {}),
  ),

  DeleteRegistrationCode: handler<DeleteRegistrationCodeRequest>('operator', async ({ rpc }) => {
    await rpc.call(deleteRegistrationCode, {});
  }),

  RegisterCACertificate: handler<RegisterCACertificateRequest, RegisterCACertificateResponse>(
    'operator',
    async ({ rpc }, { caCertificate, verificationCertificate, tags, ...settings }) => {
      const { certificateMode, setAsActive, allowAutoRegistration, registrationConfig } = settings;
      const registered = rpc.call(registerCaCertificate, {
        ...{ certificateMode, setAsActive, allowAutoRegistration, registrationConfig },
        caCertificatePem: caCertificate,
        verificationCertificatePem: verificationCertificate,
        tags: fromTags(tags),
      });
      const { certificateArn, certificateId } = await inTermsOf(REGISTRATION_FIELDS, registered);
      return { certificateArn, certificateId };
    },
  ),

  DescribeCACertificate: handler<DescribeCACertificateRequest, DescribeCACertificateResponse>(
    'viewer',
    async ({ rpc, installation }, { certificateId }) =>
      toDescription(await rpc.call(getCaCertificate, { certificateId }), installation.scope.account),
  ),

  ListCACertificates: handler<ListCACertificatesRequest, ListCACertificatesResponse>(
    'viewer',
    async ({ rpc }, input) => {
      const { ascendingOrder, templateName, ...page } = input;
      const asked = rpc.call(listCaCertificates, { templateName, isAscending: ascendingOrder, ...pageOf(page) });
      const { caCertificates, nextToken } = await inTermsOf(MARKER_PAGE_FIELDS, asked);
      const certificates = caCertificates.map(({ certificateArn, certificateId, status, createdAt }) => {
        return { certificateArn, certificateId, status, creationDate: new Date(createdAt) };
      });
      return { certificates, nextMarker: nextToken };
    },
  ),

  UpdateCACertificate: handler<UpdateCACertificateRequest>('operator', async ({ rpc }, input) => {
    const { certificateId, newStatus, newAutoRegistrationStatus, registrationConfig, removeAutoRegistration } = input;
    await rpc.call(updateCaCertificate, {
      ...{ certificateId, newStatus, newAutoRegistrationStatus, registrationConfig, removeAutoRegistration },
    });
  }),

  DeleteCACertificate: handler<DeleteCACertificateRequest>('operator', async ({ rpc }, { certificateId }) => {
    await rpc.call(deleteCaCertificate, { certificateId });
  }),
};

function toDescription(certificate: CaCertificate, ownedBy: string): DescribeCACertificateResponse {
  const { certificateArn, certificateId, status, certificatePem, certificateMode } = certificate;
  const { autoRegistrationStatus, registrationConfig } = certificate;
  const { createdAt, lastModifiedAt, notBefore, notAfter } = certificate;
  return {
    certificateDescription: {
      ...{ certificateArn, certificateId, status, certificatePem, ownedBy, autoRegistrationStatus, certificateMode },
      creationDate: new Date(createdAt),
      lastModifiedDate: new Date(lastModifiedAt),
      validity: { notBefore: new Date(notBefore), notAfter: new Date(notAfter) },
    },
    registrationConfig,
  };
}
