/** What an AWS front door says of a request it does not let in; all with status 403. */
export type SignatureFaultCode =
  'MissingAuthenticationTokenException' | 'IncompleteSignatureException' | 'InvalidSignatureException';

/** Why the signature of a request does not count. */
export class SignatureFault extends Error {
  override readonly name = 'SignatureFault';

  constructor(
    readonly code: SignatureFaultCode,
    message: string,
  ) {
    super(message);
  }
}
