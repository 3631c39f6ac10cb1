import { type ErrorCode, IotError } from '#thingcore/errors';
import { rejectionOf } from './rejection.js';

const at = (field: string) => ({ details: { field } });

// AWS: Device provisioning MQTT API, error responses; only the names of the three fields are documented
describe('the rejection of a provisioning request', () => {
  it.each<[string, ErrorCode, { details?: { field: string } }, number, string]>([
    ['what cannot be read', 'InvalidRequest', at('payload'), 400, 'InvalidPayload'],
    ['a bad token', 'InvalidRequest', at('certificateOwnershipToken'), 400, 'InvalidCertificateOwnershipToken'],
    ['a bad parameter', 'InvalidRequest', at('parameters.Serial'), 400, 'InvalidParameters'],
    ['bad parameters', 'InvalidRequest', at('parameters'), 400, 'InvalidParameters'],
    ['a bad signing request', 'CertificateValidation', at('certificateSigningRequest'), 400, 'InvalidCsr'],
    ['another field', 'InvalidRequest', at('constructor'), 400, 'InvalidRequest'],
    ['no field', 'InvalidRequest', {}, 400, 'InvalidRequest'],
    ['a template that cannot be brought about', 'ResourceRegistrationFailure', at('template'), 400, 'InvalidRequest'],
    ['a limit', 'LimitExceeded', {}, 400, 'InvalidRequest'],
    ['a hook that says no', 'Forbidden', {}, 403, 'AccessDenied'],
    ['somebody unknown', 'Unauthorized', {}, 403, 'AccessDenied'],
    ['an unknown template', 'ResourceNotFound', at('templateName'), 404, 'ResourceNotFound'],
    ['a conflict', 'ResourceAlreadyExists', {}, 409, 'ResourceConflicts'],
    ['too many requests', 'Throttling', {}, 429, 'Throttled'],
  ])('for %s says which and why', (_name, code, options, statusCode, errorCode) => {
    const error = new IotError(code, 'what is wrong', options);
    expect(rejectionOf(error)).toEqual({ statusCode, errorCode, errorMessage: 'what is wrong' });
  });

  it.each<[ErrorCode, number, string]>([
    ['Internal', 500, 'InternalFailure'],
    ['NotImplemented', 500, 'InternalFailure'],
    ['ServiceUnavailable', 503, 'ServiceUnavailable'],
    ['GatewayTimeout', 503, 'ServiceUnavailable'],
  ])('for %s says nothing of what goes on inside', (code, statusCode, errorCode) => {
    const rejection = rejectionOf(new IotError(code, 'registerThing.v1 at 10.0.0.7'));
    expect(rejection).toEqual({
      statusCode,
      errorCode,
      errorMessage: expect.not.stringContaining('10.0.0.7') as string,
    });
  });
});
