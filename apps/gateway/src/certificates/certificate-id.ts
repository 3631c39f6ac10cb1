import { IotError } from '#thingcore/errors';

const CERTIFICATE_ID = /^[0-9a-f]{64}$/;

/** Throws `InvalidRequest` unless a certificate may have this id: in a batch it would spoil the call for the others. */
export function checkCertificateId(id: string, field: string): void {
  if (CERTIFICATE_ID.test(id)) return;
  throw new IotError(
    'InvalidRequest',
    `${JSON.stringify(id)} is no id of a certificate: it must be 64 lower-case hexadecimal digits`,
    { details: { field } },
  );
}
