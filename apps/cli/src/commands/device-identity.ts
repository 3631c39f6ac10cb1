import { Failure } from '../failure.js';
import type { PlatformApi } from '../platform-api.js';

/** The policy that devices get unless another one is named. */
export const DEVICE_POLICY = 'thingcore-device';

/** A certificate that was just made, and its key. */
export interface DeviceIdentity {
  readonly certificateId: string;
  readonly certificatePem: string;
  readonly privateKey: string;
  readonly caPem: string;
}

const CREATE_THING = `mutation ($input: CreateThingInput!) {
  createThing(input: $input) { thing { arn } errors { code message field details } }
}`;

const CREATE_CERTIFICATE = `mutation ($keyType: KeyType!) {
  createKeysAndCertificate(input: { keyType: $keyType }) { certificate { id pem } privateKey caPem }
}`;

const ATTACH = `mutation ($thing: String!, $policy: String!, $id: String!) {
  attachPolicy(input: { policyName: $policy, target: $id }) { __typename }
  attachThingPrincipal(input: { thingName: $thing, principal: $id }) { __typename }
}`;

const SET_STATUS = `mutation ($id: ID!, $status: SettableCertificateStatus!) {
  updateCertificate(input: { certificateId: $id, newStatus: $status }) { certificate { id } }
}`;

const FIND_POLICY = `query ($name: String!) { policy(name: $name) { name } }`;

const CREATE_POLICY = `mutation ($input: CreatePolicyInput!) { createPolicy(input: $input) { policy { name } } }`;

/** Creates a thing; answers whether it is new, and its ARN. */
export async function ensureThing(
  api: PlatformApi,
  input: { name: string; type: string | undefined; attributes: Readonly<Record<string, string>> },
): Promise<{ isNew: boolean; arn: string }> {
  type Created = { thing: { arn: string } | null; errors: { code: string; message: string; details: unknown }[] };
  const { createThing } = await api.run<{ createThing: Created }>(CREATE_THING, { input });
  if (createThing.thing !== null) return { isNew: true, arn: createThing.thing.arn };
  const [error] = createThing.errors;
  if (error !== undefined && error.code !== 'ResourceAlreadyExists') {
    throw new Failure(error.code, error.message, undefined, error.details ?? undefined);
  }
  const name = input.name;
  const found = await api.run<{ thing: { arn: string } }>('query ($name: String!) { thing(name: $name) { arn } }', {
    name,
  });
  return { isNew: false, arn: found.thing.arn };
}

/** Makes sure of the policy that a device is to have: one that is named must exist, the usual one is made. */
export async function ensurePolicy(api: PlatformApi, name: string | undefined, thingArn: string): Promise<string> {
  const wanted = name ?? DEVICE_POLICY;
  const { policy } = await api.run<{ policy: { name: string } | null }>(FIND_POLICY, { name: wanted });
  if (policy !== null) return wanted;
  if (name !== undefined) {
    throw new Failure('ResourceNotFound', `There is no policy "${name}": create it first, or leave --policy out`);
  }
  await api.run(CREATE_POLICY, { input: { name: wanted, document: devicePolicy(thingArn) } });
  return wanted;
}

/** Makes a key pair and a certificate that does not count yet. */
export async function createIdentity(api: PlatformApi, keyType: string): Promise<DeviceIdentity> {
  type Created = { certificate: { id: string; pem: string }; privateKey: string; caPem: string };
  const data = await api.run<{ createKeysAndCertificate: Created }>(CREATE_CERTIFICATE, { keyType });
  const { certificate, privateKey, caPem } = data.createKeysAndCertificate;
  return { certificateId: certificate.id, certificatePem: certificate.pem, privateKey, caPem };
}

/** Ties a certificate to its thing and its policy, and lets it count. */
export async function activateIdentity(
  api: PlatformApi,
  { thing, policy, certificateId: id }: { thing: string; policy: string; certificateId: string },
): Promise<void> {
  await api.run(ATTACH, { thing, policy, id });
  await setStatus(api, id, 'ACTIVE');
}

/** Lets a certificate count, or not any more. */
export async function setStatus(
  api: PlatformApi,
  id: string,
  status: 'ACTIVE' | 'INACTIVE' | 'REVOKED',
): Promise<void> {
  await api.run(SET_STATUS, { id, status });
}

/** A device may act for the thing whose certificate it has, under its name. */
function devicePolicy(thingArn: string): object {
  const arn = (kind: string, name: string) => thingArn.replace(/thing\/.*$/, `${kind}/${name}`);
  const thing = '${iot:Connection.Thing.ThingName}';
  const names = [`telemetry/${thing}`, `telemetry/${thing}/*`, `$aws/things/${thing}/*`];
  return {
    Version: '2012-10-17',
    Statement: [
      { Effect: 'Allow', Action: 'iot:Connect', Resource: arn('client', thing) },
      { Effect: 'Allow', Action: ['iot:Publish', 'iot:Receive'], Resource: names.map((name) => arn('topic', name)) },
      { Effect: 'Allow', Action: 'iot:Subscribe', Resource: names.map((name) => arn('topicfilter', name)) },
    ],
  };
}
