import type {
  RegisterCertificateRequest,
  RegisterCertificateResponse,
  RegisterCertificateWithoutCARequest,
  RegisterCertificateWithoutCAResponse,
} from '@aws-sdk/client-iot';
import { registerCertificate, registerCertificateWithoutCa, type RequestOf } from '#thingcore/contracts';
import { IotError } from '#thingcore/errors';
import { handler, type OperationHandlers } from '../operation-handler.js';

type Status = RequestOf<typeof registerCertificate>['status'];

/** AWS: Control plane, certificates that others have signed. */
export const certificateRegistrationHandlers: OperationHandlers = {
  RegisterCertificate: handler<RegisterCertificateRequest, RegisterCertificateResponse>(
    'operator',
    async ({ rpc }, { certificatePem, caCertificatePem, ...input }) => {
      const request = { certificatePem, caCertificatePem, status: statusOf(input) };
      const { certificateArn, certificateId } = await rpc.call(registerCertificate, request);
      return { certificateArn, certificateId };
    },
  ),

  RegisterCertificateWithoutCA: handler<RegisterCertificateWithoutCARequest, RegisterCertificateWithoutCAResponse>(
    'operator',
    async ({ rpc }, { certificatePem, status }) => {
      const request = { certificatePem, status: status as Status };
      const { certificateArn, certificateId } = await rpc.call(registerCertificateWithoutCa, request);
      return { certificateArn, certificateId };
    },
  ),
};

/** AWS: `status` has taken the place of `setAsActive`, which is still there. */
function statusOf({ setAsActive, status }: Pick<RegisterCertificateRequest, 'setAsActive' | 'status'>): Status {
  const isContradiction = status !== undefined && setAsActive !== undefined && setAsActive !== (status === 'ACTIVE');
  if (isContradiction) {
    throw new IotError(
      'InvalidRequest',
      `'setAsActive' is ${setAsActive}, but 'status' is ${status}: give one of them`,
      {
        details: { field: 'setAsActive' },
      },
    );
  }
  // The contract refuses the states that nobody can set.
  return (status as Status) ?? (setAsActive ? 'ACTIVE' : undefined);
}
