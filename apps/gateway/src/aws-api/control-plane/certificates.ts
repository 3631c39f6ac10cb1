import type {
  CertificateDescription,
  CreateCertificateFromCsrRequest,
  CreateCertificateFromCsrResponse,
  CreateKeysAndCertificateRequest,
  CreateKeysAndCertificateResponse,
  DeleteCertificateRequest,
  DescribeCertificateRequest,
  DescribeCertificateResponse,
  ListCertificatesByCARequest,
  ListCertificatesByCAResponse,
  ListCertificatesRequest,
  ListCertificatesResponse,
  UpdateCertificateRequest,
} from '@aws-sdk/client-iot';
import {
  type Certificate,
  createCertificateFromCsr,
  createKeysAndCertificate,
  deleteCertificate,
  getCertificates,
  listCertificates,
  type RequestOf,
  updateCertificate,
} from '#thingcore/contracts';
import { inTermsOf } from '../../errors/field-names.js';
import { type ApiCall, handler, type OperationHandlers } from '../operation-handler.js';
import { MARKER_PAGE_FIELDS, pageOf, type PageRequest } from '../pages.js';
import { onlyOne } from './members.js';

/** AWS: Control plane, certificates that the platform signs, and all certificates once they are there. */
export const certificateHandlers: OperationHandlers = {
  CreateKeysAndCertificate: handler<CreateKeysAndCertificateRequest, CreateKeysAndCertificateResponse>(
    'operator',
    async ({ rpc }, { setAsActive }) => {
      const created = await rpc.call(createKeysAndCertificate, { setAsActive });
      const { certificateArn, certificateId, certificatePem, publicKeyPem, privateKeyPem } = created;
      const keyPair = { PublicKey: publicKeyPem, PrivateKey: privateKeyPem };
      return { certificateArn, certificateId, certificatePem, keyPair };
    },
  ),

  CreateCertificateFromCsr: handler<CreateCertificateFromCsrRequest, CreateCertificateFromCsrResponse>(
    'operator',
    async ({ rpc }, { certificateSigningRequest, setAsActive }) => {
      const created = await rpc.call(createCertificateFromCsr, { certificateSigningRequest, setAsActive });
      const { certificateArn, certificateId, certificatePem } = created;
      return { certificateArn, certificateId, certificatePem };
    },
  ),

  DescribeCertificate: handler<DescribeCertificateRequest, DescribeCertificateResponse>(
    'viewer',
    async ({ rpc, installation }, { certificateId }) => {
      const found = rpc.call(getCertificates, { certificateIds: [certificateId] });
      const { certificates } = await inTermsOf({ 'certificateIds.0': 'certificateId' }, found);
      const certificate = onlyOne(certificates, 'Certificate', certificateId);
      return { certificateDescription: toDescription(certificate, installation.scope.account) };
    },
  ),

  ListCertificates: handler<ListCertificatesRequest, ListCertificatesResponse>('viewer', ({ rpc }, input) =>
    list(rpc, input),
  ),

  ListCertificatesByCA: handler<ListCertificatesByCARequest, ListCertificatesByCAResponse>('viewer', ({ rpc }, input) =>
    list(rpc, input, input.caCertificateId),
  ),

  UpdateCertificate: handler<UpdateCertificateRequest>('operator', async ({ rpc }, { certificateId, newStatus }) => {
    // The contract refuses the other states, which nobody can set.
    const status = newStatus as RequestOf<typeof updateCertificate>['newStatus'];
    await rpc.call(updateCertificate, { certificateId, newStatus: status });
  }),

  DeleteCertificate: handler<DeleteCertificateRequest>('operator', async ({ rpc }, { certificateId, forceDelete }) => {
    await rpc.call(deleteCertificate, { certificateId, forceDelete });
  }),
};

/** AWS: `ascendingOrder`, "the order for results ... based on the creation date"; the newest first without it. */
async function list(
  rpc: ApiCall['rpc'],
  { ascendingOrder, ...input }: PageRequest & { readonly ascendingOrder?: boolean | undefined },
  caCertificateId?: string,
): Promise<ListCertificatesResponse> {
  const request = { caCertificateId, isAscending: ascendingOrder, ...pageOf(input) };
  const { certificates, nextToken } = await inTermsOf(MARKER_PAGE_FIELDS, rpc.call(listCertificates, request));
  const listed = certificates.map(({ certificateArn, certificateId, status, certificateMode, createdAt }) => {
    return { certificateArn, certificateId, status, certificateMode, creationDate: new Date(createdAt) };
  });
  return { certificates: listed, nextMarker: nextToken };
}

function toDescription(certificate: Certificate, ownedBy: string): CertificateDescription {
  const { certificateArn, certificateId, caCertificateId, status, certificatePem, certificateMode } = certificate;
  const { createdAt, lastModifiedAt, notBefore, notAfter } = certificate;
  return {
    ...{ certificateArn, certificateId, caCertificateId, status, certificatePem, ownedBy, certificateMode },
    creationDate: new Date(createdAt),
    lastModifiedDate: new Date(lastModifiedAt),
    validity: { notBefore: new Date(notBefore), notAfter: new Date(notAfter) },
  };
}
