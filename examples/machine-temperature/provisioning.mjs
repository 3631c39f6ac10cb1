import { request } from './graphql.mjs';

/** @typedef {import('./instance.mjs').Instance} Instance */

/**
 * What a device needs to connect.
 *
 * @typedef {object} DeviceIdentity
 * @property {string} thingName
 * @property {string} certificateId
 * @property {string} certificatePem
 * @property {string} privateKeyPem kept in memory only: the platform shows it once and stores it nowhere
 */

const POLICY_NAME = 'machine';

/** The SDK cannot import elliptic curve keys where it uses the TLS of macOS. */
const KEY_TYPE = process.platform === 'darwin' ? 'RSA_2048' : 'EC_P256';

/** Creates the thing, or finds it as it is; answers its ARN. */
export async function createThing(/** @type {Instance} */ instance, /** @type {string} */ name) {
  const { createThing } = await request(
    instance,
    `mutation ($input: CreateThingInput!) { createThing(input: $input) { thing { name arn } } }`,
    { input: { name, attributes: { kind: 'press', site: 'plant-1' } } },
  );
  return createThing.thing.arn;
}

/**
 * Creates the policy of machines unless it exists. It names no machine: the variable stands for the thing that the
 * certificate of the connection is attached to, so that each machine may act for itself only.
 *
 * @param {Instance} instance
 * @param {string} thingArn whose region and account the policy is for
 * @returns {Promise<{ name: string, isNew: boolean }>}
 */
export async function createMachinePolicy(instance, thingArn) {
  const arn = (/** @type {string} */ resource) => `${thingArn.slice(0, thingArn.indexOf(':thing/'))}:${resource}`;
  const self = '${iot:Connection.Thing.ThingName}';
  const allow = (/** @type {string} */ action, /** @type {string[]} */ ...resources) => ({
    Effect: 'Allow',
    Action: action,
    Resource: resources.map(arn),
  });
  const document = {
    Version: '2012-10-17',
    Statement: [
      allow('iot:Connect', `client/${self}`),
      allow('iot:Publish', `topic/machines/${self}/telemetry`, `topic/$aws/things/${self}/shadow/update`),
      allow('iot:Subscribe', `topicfilter/$aws/things/${self}/shadow/update/*`),
      allow('iot:Receive', `topic/$aws/things/${self}/shadow/update/*`),
    ],
  };
  try {
    await request(
      instance,
      `mutation ($input: CreatePolicyInput!) { createPolicy(input: $input) { policy { name } } }`,
      {
        input: { name: POLICY_NAME, document },
      },
    );
    return { name: POLICY_NAME, isNew: true };
  } catch (error) {
    if (error.code !== 'ResourceAlreadyExists') throw error;
    return { name: POLICY_NAME, isNew: false };
  }
}

/**
 * Makes a key pair with an active certificate and ties it to the thing and the policy.
 *
 * @param {Instance} instance
 * @param {string} thingName
 * @param {string} policyName
 * @returns {Promise<DeviceIdentity>}
 */
export async function createIdentity(instance, thingName, policyName) {
  const {
    createKeysAndCertificate: { certificate, privateKey },
  } = await request(
    instance,
    `mutation ($input: CreateKeysAndCertificateInput!) {
      createKeysAndCertificate(input: $input) { certificate { id arn pem } privateKey }
    }`,
    { input: { setAsActive: true, keyType: KEY_TYPE } },
  );
  await request(
    instance,
    `mutation ($policy: PolicyAttachmentInput!, $principal: AttachThingPrincipalInput!) {
      attachPolicy(input: $policy) { attachment { policyName } }
      attachThingPrincipal(input: $principal) { attachment { thingName } }
    }`,
    {
      policy: { policyName, target: certificate.arn },
      principal: { thingName, principal: certificate.arn },
    },
  );
  return {
    thingName,
    certificateId: certificate.id,
    certificatePem: certificate.pem,
    privateKeyPem: privateKey,
  };
}

/** Takes the certificate out of use: nobody can connect with it any more. */
export async function deactivateCertificate(
  /** @type {Instance} */ instance,
  /** @type {DeviceIdentity} */ { certificateId },
) {
  await request(
    instance,
    `mutation ($input: UpdateCertificateInput!) { updateCertificate(input: $input) { certificate { status } } }`,
    { input: { certificateId, newStatus: 'INACTIVE' } },
  );
}
