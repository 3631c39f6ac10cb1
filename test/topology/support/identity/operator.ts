import { Application, type DeviceCertificate, type Json } from '../application.js';
import type { Variables } from '../graphql-client.js';

const SCOPE = 'arn:aws:iot:us-east-1:123456789012';

/** The ARN of a resource, from what follows the account: `topic/a/b`. */
export function arn(resource: string): string {
  return `${SCOPE}:${resource}`;
}

/** An Allow statement for resources that are written without the beginning of their ARN. */
export function allow(action: string | string[], ...resources: string[]): Json {
  return { Effect: 'Allow', Action: action, Resource: resources.map(arn) };
}

/** The same as a Deny. */
export function deny(action: string | string[], ...resources: string[]): Json {
  return { ...allow(action, ...resources), Effect: 'Deny' };
}

/** A policy document of some statements. */
export function policyOf(statements: readonly Json[]): Json {
  return { Version: '2012-10-17', Statement: statements };
}

/** The input type of each mutation, where it does not follow from the name. */
const INPUT_TYPES: Readonly<Record<string, string>> = {
  addThingToGroup: 'ThingGroupMembershipInput',
  removeThingFromGroup: 'ThingGroupMembershipInput',
  addThingToBillingGroup: 'BillingGroupMembershipInput',
  attachPolicy: 'PolicyAttachmentInput',
  detachPolicy: 'PolicyAttachmentInput',
  setDefaultPolicyVersion: 'PolicyVersionInput',
  deletePolicyVersion: 'PolicyVersionInput',
};

/** Under which noun a mutation answers an object; others answer facts. */
const NOUNS: Readonly<Record<string, string>> = {
  createThing: 'thing',
  updateThing: 'thing',
  deprecateThingType: 'thingType',
  updateThingGroup: 'thingGroup',
  createBillingGroup: 'billingGroup',
  tagResource: 'resource',
  untagResource: 'resource',
  updateEventConfigurations: 'eventConfigurations',
  createPolicyVersion: 'policyVersion',
  registerCertificate: 'certificate',
  registerCertificateWithoutCa: 'certificate',
  registerCaCertificate: 'caCertificate',
};

/** What an operator does with identities, all of it through GraphQL. */
export class Operator extends Application {
  /** Runs a mutation that takes one input, and answers what was selected of its object, or of its facts. */
  async mutate<Result = unknown>(mutation: string, input: Variables, selection = '__typename'): Promise<Result> {
    const noun = NOUNS[mutation];
    const type = INPUT_TYPES[mutation] ?? `${mutation.charAt(0).toUpperCase()}${mutation.slice(1)}Input`;
    const selected = noun === undefined ? selection : `${noun} { ${selection} }`;
    const { payload } = await this.graphql.run<{ payload: Record<string, unknown> }>(
      `mutation ($input: ${type}!) { payload: ${mutation}(input: $input) { ${selected} } }`,
      { input },
    );
    return (noun === undefined ? payload : payload[noun]) as Result;
  }

  /** A new version of a policy, which counts at once. */
  async changePolicy(policyName: string, statements: readonly Json[]): Promise<string> {
    const input = { policyName, document: policyOf(statements), setAsDefault: true };
    return (await this.mutate<{ versionId: string }>('createPolicyVersion', input, 'versionId')).versionId;
  }

  /** A thing with an active certificate of its own; what it may do is left open. */
  async enrol(thingName: string, { exclusive = false, ...thing }: Variables = {}): Promise<DeviceCertificate> {
    const [certificate] = await Promise.all([
      this.createCertificate(),
      this.mutate('createThing', { name: thingName, ...thing }),
    ]);
    await this.mutate('attachThingPrincipal', { thingName, principal: certificate.certificateArn, exclusive });
    return certificate;
  }

  /** A thing with a certificate and a policy of its own, which is named like it. */
  async enrolWithPolicy(thingName: string, statements: readonly Json[]): Promise<DeviceCertificate> {
    const certificate = await this.enrol(thingName);
    await this.createPolicy(thingName, statements);
    await this.attachPolicy(thingName, certificate.certificateArn);
    return certificate;
  }

  async statusOf(certificateId: string): Promise<string | undefined> {
    const { certificate } = await this.graphql.run<{ certificate: { status: string } | null }>(
      'query ($id: ID!) { certificate(id: $id) { status } }',
      { id: certificateId },
    );
    return certificate?.status;
  }
}
