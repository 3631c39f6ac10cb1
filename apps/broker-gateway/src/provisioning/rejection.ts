import { ERROR_CODES, type IotError } from '#thingcore/errors';

/** What a device is told when its request is refused. AWS: Device provisioning MQTT API, error responses. */
export interface Rejection {
  readonly statusCode: number;
  readonly errorCode: string;
  readonly errorMessage: string;
}

/** What a fault of the request is called, by the field it is in. */
const FAULTS: ReadonlyMap<string | undefined, string> = new Map([
  ['payload', 'InvalidPayload'],
  ['certificateOwnershipToken', 'InvalidCertificateOwnershipToken'],
  ['certificateSigningRequest', 'InvalidCsr'],
  ['parameters', 'InvalidParameters'],
]);

/** The refusal of a request for an error, as its own device may see it. */
export function rejectionOf(error: IotError): Rejection {
  const [statusCode, errorCode] = statusAndCode(error);
  // What goes on inside is nobody's business.
  const errorMessage = statusCode < 500 ? error.message : 'The platform cannot do this now: ask again later';
  return { statusCode, errorCode, errorMessage };
}

function statusAndCode(error: IotError): [number, string] {
  switch (error.code) {
    case 'Unauthorized':
    case 'Forbidden':
      return [403, 'AccessDenied'];
    case 'ResourceNotFound':
      return [404, 'ResourceNotFound'];
    case 'ResourceAlreadyExists':
    case 'VersionConflict':
    case 'DeleteConflict':
      return [409, 'ResourceConflicts'];
    case 'Throttling':
      return [429, 'Throttled'];
    case 'ServiceUnavailable':
    case 'GatewayTimeout':
      return [503, 'ServiceUnavailable'];
    default:
      return ERROR_CODES[error.code].httpStatus < 500 ? [400, faultOf(error)] : [500, 'InternalFailure'];
  }
}

/** Which part of the request is at fault: AWS has a code for each that a device can do something about. */
function faultOf({ details }: IotError): string {
  const field = details?.['field'];
  const part = typeof field === 'string' ? field.split('.')[0] : undefined;
  return FAULTS.get(part) ?? 'InvalidRequest';
}
