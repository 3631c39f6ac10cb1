// Certificates for a run: an authority, a server, and one device that every connection shows.
import {
  createAuthority,
  createKeysAndCertificate,
  createServerKeyAndCsr,
  issueServerCertificate,
} from '#thingcore/pki';

const YEAR_MS = 365 * 86_400_000;

export async function makeIdentities() {
  const now = new Date();
  const authority = await createAuthority({ commonName: 'Bench CA', organization: 'Bench', now, validForDays: 730 });
  const validity = { notBefore: now, notAfter: new Date(now.getTime() + YEAR_MS) };
  const { privateKeyPem: key, csrPem } = await createServerKeyAndCsr(['localhost']);
  const signed = await issueServerCertificate({ authority, csrPem, hostnames: ['localhost'], ...validity });
  const device = await createKeysAndCertificate({ authority, keyType: 'EC_P256', commonName: 'device', ...validity });
  return {
    authority,
    ca: authority.certificatePem,
    server: { key, cert: signed.certificatePem },
    device: pemsOf(device),
  };
}

function pemsOf({ privateKeyPem, certificatePem, certificateId }) {
  return { key: privateKeyPem, cert: certificatePem, certificateId };
}
