import * as controlPlane from '@aws-sdk/client-iot';
import * as dataPlane from '@aws-sdk/client-iot-data-plane';
import * as jobsDataPlane from '@aws-sdk/client-iot-jobs-data-plane';
import { type DeclaredError, type Operation, OperationRouter, readModel } from '#thingcore/rest-json';

/** One of the APIs that AWS serves beside each other. */
export type ApiName = 'control' | 'data' | 'jobs';

/** An API with all its operations, those that are not supported included. */
export interface ApiService {
  readonly name: ApiName;
  readonly operations: readonly Operation[];
  /** By name. */
  readonly errors: ReadonlyMap<string, DeclaredError>;
  readonly router: OperationRouter;
}

/** Hand-written clients do not encode the slashes of a topic. */
const GREEDY = new Set(['Publish', 'GetRetainedMessage']);

/** The models of botocore, and so the AWS CLI, have a slash behind the paths of these. */
const SLASHED = new Set(['ListAuthorizers', 'ListCertificateProviders']);

/**
 * The APIs by the names that services have in signatures; the device gateway is another name of the data plane, and
 * `execute-api` what botocore signed the control plane with for years: Debian's AWS CLI does.
 */
const BY_SIGNATURE: Readonly<Record<string, ApiName>> = {
  iot: 'control',
  'execute-api': 'control',
  iotdata: 'data',
  iotdevicegateway: 'data',
  'iot-jobs-data': 'jobs',
};

/** The three APIs of the field, out of the models of their clients. */
export const API_SERVICES: Readonly<Record<ApiName, ApiService>> = {
  control: service('control', controlPlane),
  data: service('data', dataPlane),
  jobs: service('jobs', jobsDataPlane),
};

/** The API that a request is for, by the service of its signature; `undefined` when it is none of ours. */
export function apiOfSignature(signatureService: string): ApiService | undefined {
  const name = Object.hasOwn(BY_SIGNATURE, signatureService) ? BY_SIGNATURE[signatureService] : undefined;
  return name && API_SERVICES[name];
}

function service(name: ApiName, exports: object): ApiService {
  const { operations, errors } = readModel(exports as Record<string, unknown>);
  return {
    name,
    operations,
    errors: new Map(errors.map((error) => [error.name, error])),
    router: new OperationRouter(operations, GREEDY, SLASHED),
  };
}
