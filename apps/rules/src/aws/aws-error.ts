import { IotError } from '#thingcore/errors';
import { faultCode, faultText } from '../network/fault-text.js';

/** AWS: codes that ask for a later try though their status is 400. */
const RETRYABLE_CODES: ReadonlySet<string> = new Set([
  'BandwidthLimitExceeded',
  'EC2ThrottledException',
  'IDPCommunicationError',
  'InternalFailure',
  'InternalServerError',
  'KMSThrottlingException',
  'LimitExceededException',
  'PriorRequestNotComplete',
  'ProvisionedThroughputExceededException',
  'RequestLimitExceeded',
  'RequestThrottled',
  'RequestThrottledException',
  'RequestTimeout',
  'RequestTimeoutException',
  'ServiceUnavailable',
  'ServiceUnavailableException',
  'SlowDown',
  'ThrottledException',
  'Throttling',
  'ThrottlingException',
  'TooManyRequestsException',
  'TransactionInProgressException',
]);

const TOO_MANY_REQUESTS = 429;

interface SdkError {
  readonly name: string;
  readonly message: string;
  readonly code: string | undefined;
  readonly status: number | undefined;
}

/**
 * What a failed call of the AWS SDK means to its action. No answer, a server error and throttling:
 * `ServiceUnavailable`, to be tried again. Everything else is for good: `InvalidRequest` with what the service says.
 * Details: `resource`, `awsCode`.
 */
export function toActionError(service: string, resource: string, thrown: unknown): IotError {
  if (thrown instanceof IotError) return thrown;
  const error = read(thrown);
  const details = { resource, awsCode: error.name };
  if (error.status === undefined) return unanswered(service, error, details, thrown);
  const isRetryable =
    error.status >= 500 || error.status === TOO_MANY_REQUESTS || RETRYABLE_CODES.has(error.name.replace(/^.*[#.]/, ''));
  // What a service says of a wrong signature quotes the request, and with it the token of a session.
  const said = /Signature/.test(error.name) ? 'the secret access key does not fit' : error.message;
  const message = `${service} refused the request (${error.name}): ${said}`;
  return new IotError(isRetryable ? 'ServiceUnavailable' : 'InvalidRequest', message, { details, cause: thrown });
}

function unanswered(service: string, error: SdkError, details: { resource: string }, cause: unknown): IotError {
  if (error.name === 'CredentialsProviderError') {
    return new IotError('InvalidRequest', `${service}: there are no credentials: ${error.message}`, { details, cause });
  }
  const isNetwork = error.code !== undefined || /Timeout|Abort|ECONN|socket/i.test(`${error.name} ${error.message}`);
  const problem = isNetwork ? 'cannot be reached' : 'could not be asked';
  const message = `${service} ${problem}: ${error.message}`;
  return new IotError(isNetwork ? 'ServiceUnavailable' : 'InvalidRequest', message, { details, cause });
}

function read(thrown: unknown): SdkError {
  const { name, $metadata } = (thrown ?? {}) as { name?: unknown; $metadata?: { httpStatusCode?: unknown } };
  return {
    name: typeof name === 'string' ? name : 'UnknownError',
    message: faultText(thrown),
    code: faultCode(thrown),
    status: typeof $metadata?.httpStatusCode === 'number' ? $metadata.httpStatusCode : undefined,
  };
}
