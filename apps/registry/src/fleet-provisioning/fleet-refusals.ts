import { IotError, reviveError } from '#thingcore/errors';
import { registrationFailure } from '../provisioning/registration-failure.js';

/** The token is none that counts for who asks. */
export function invalidToken(reason: string): IotError {
  return new IotError(
    'InvalidRequest',
    `The certificate ownership token ${reason}: ask for a certificate and use the token that comes with it`,
    { details: { field: 'certificateOwnershipToken' } },
  );
}

/** The certificate of the token is one that an operator has taken out of use. */
export function unusableCertificate(certificateId: string, status: string): IotError {
  return new IotError('Forbidden', `Certificate ${certificateId} is ${status}: ask for another one`, {
    details: { certificateId, status },
  });
}

/** The template cannot be resolved with the parameters of this device. */
export function invalidParameters(error: unknown): IotError {
  const cause = reviveError(error);
  if (cause.code !== 'InvalidRequest') return cause;
  const place = cause.details?.['field'];
  const name = cause.details?.['parameter'];
  return new IotError('InvalidRequest', cause.message, {
    details: {
      ...cause.details,
      field: typeof name === 'string' ? `parameters.${name}` : 'parameters',
      ...(place === undefined ? {} : { place }),
    },
    cause: error,
  });
}

/**
 * Why nothing came of a plan. What the commands find wrong with a value (a name with a space in it) is a fault of the
 * parameters; what the template names and is not there is none.
 */
export function fleetFailure(error: unknown): IotError {
  const cause = reviveError(error);
  if (cause.code === 'InvalidRequest') {
    return cause.details?.['field'] === 'certificateOwnershipToken' ? cause : invalidParameters(cause);
  }
  // Of the template itself, or of the certificate: said as it is.
  return cause.code === 'Forbidden' ? cause : registrationFailure(cause);
}
