import { IotError } from '#thingcore/errors';
import { assertAcceptedSignature } from './accepted-signature.js';
import { decodeCertificate } from './decode-certificate.js';
import { describeCertificate, isIssuedBy } from './describe-certificate.js';

/** What an operator sends to prove that an authority's private key is in their hands. */
export interface PossessionProof {
  readonly authorityPem: string;
  /** A certificate that the authority signed for this registration. */
  readonly verificationCertificatePem: string;
  /** What the platform gave out; the verification certificate carries it as its common name. */
  readonly registrationCode: string;
  readonly now: Date;
}

/**
 * Verifies that the authority's key signed a certificate for this registration code, valid now. Throws
 * `CertificateValidation` when the signature or the dates are wrong, `RegistrationCodeValidation` when the common name
 * is not the code; `details.reason` is `signature`, `registrationCode` or `validity`.
 *
 * AWS: RegisterCACertificate, "private key verification certificate".
 */
export function verifyPossession(proof: PossessionProof): void {
  const { verificationCertificatePem: pem, registrationCode, now } = proof;
  const { subject, notBefore, notAfter } = describeCertificate(pem);
  assertAcceptedSignature(decodeCertificate(pem).x509, 'the verification certificate');
  if (!isIssuedBy(pem, proof.authorityPem)) {
    throw new IotError(
      'CertificateValidation',
      'The verification certificate is not signed by the CA certificate; sign it with the private key of this CA',
      { details: { reason: 'signature' } },
    );
  }
  const names = subject.CommonName ?? [];
  if (names.length !== 1 || names[0] !== registrationCode) {
    throw new IotError(
      'RegistrationCodeValidation',
      `The common name of the verification certificate is "${names.join('", "')}", not the registration code of this account; ask for the code and make the certificate again`,
      { details: { reason: 'registrationCode' } },
    );
  }
  if (now < notBefore || now > notAfter) {
    throw new IotError(
      'CertificateValidation',
      `The verification certificate is valid from ${notBefore.toISOString()} to ${notAfter.toISOString()}, not now (${now.toISOString()})`,
      { details: { reason: 'validity' } },
    );
  }
}
