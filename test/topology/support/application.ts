import { GraphqlClient } from './graphql-client.js';
import type { Inbox } from './inbox.js';

/** The document of a shadow, a policy or a rule's action. */
export type Json = Record<string, unknown>;

/** What a device shows of itself in TLS. */
export interface TlsIdentity {
  readonly certificatePem: string;
  readonly privateKey: string;
}

/** That, and what it verifies the server with. */
export interface DeviceCredentials extends TlsIdentity {
  readonly caPem: string;
}

/** A certificate of the registry. */
export interface DeviceCertificate extends DeviceCredentials {
  readonly certificateId: string;
  readonly certificateArn: string;
}

/** A thing as the application looks at it. */
export interface SeenThing {
  readonly name: string;
  readonly attributes: Json;
  readonly connectivity: { readonly connected: boolean; readonly disconnectReason: string | null } | null;
  readonly shadow: {
    readonly desired: Json;
    readonly reported: Json;
    readonly delta: Json;
    readonly version: number;
  } | null;
}

/** A message as the subscription `messages` shows it. */
export interface SeenMessage {
  readonly topic: string;
  readonly payload: unknown;
  readonly qos: number;
  readonly clientId: string | null;
}

const SHADOW = 'desired reported delta version';

/** An application of the operator: all it does and sees goes through GraphQL. */
export class Application {
  readonly graphql: GraphqlClient;

  constructor({ endpoints, apiKey }: { endpoints: { readonly graphql: string }; apiKey: string }) {
    this.graphql = new GraphqlClient(endpoints.graphql, apiKey);
  }

  async createThing(name: string, attributes: Record<string, string> = {}): Promise<void> {
    await this.graphql.run('mutation ($input: CreateThingInput!) { createThing(input: $input) { thing { name } } }', {
      input: { name, attributes },
    });
  }

  async createCertificate(setAsActive = true): Promise<DeviceCertificate> {
    const { createKeysAndCertificate } = await this.graphql.run<{
      createKeysAndCertificate: DeviceCredentials & { readonly certificate: DeviceCertificate };
    }>(
      `mutation ($input: CreateKeysAndCertificateInput!) { createKeysAndCertificate(input: $input) {
        certificate { certificateId: id certificateArn: arn certificatePem: pem } privateKey caPem } }`,
      { input: { setAsActive, keyType: 'EC_P256' } },
    );
    const { certificate, privateKey, caPem } = createKeysAndCertificate;
    return { ...certificate, privateKey, caPem };
  }

  async setStatus(certificateId: string, newStatus: 'ACTIVE' | 'INACTIVE' | 'REVOKED'): Promise<void> {
    await this.graphql.run(
      'mutation ($input: UpdateCertificateInput!) { updateCertificate(input: $input) { certificate { status } } }',
      {
        input: { certificateId, newStatus },
      },
    );
  }

  async createPolicy(name: string, statements: readonly Json[]): Promise<void> {
    await this.graphql.run(
      'mutation ($input: CreatePolicyInput!) { createPolicy(input: $input) { policy { name } } }',
      {
        input: { name, document: { Version: '2012-10-17', Statement: statements } },
      },
    );
  }

  async attachPolicy(policyName: string, target: string): Promise<void> {
    await this.graphql.run(
      'mutation ($input: PolicyAttachmentInput!) { attachPolicy(input: $input) { attachment { policyName } } }',
      {
        input: { policyName, target },
      },
    );
  }

  async attachThing(thingName: string, principal: string): Promise<void> {
    await this.graphql.run(
      'mutation ($input: AttachThingPrincipalInput!) { attachThingPrincipal(input: $input) { attachment { thingName } } }',
      { input: { thingName, principal } },
    );
  }

  /** A thing with an active certificate and a policy, attached to each other. */
  async provision(thingName: string, policyName: string): Promise<DeviceCertificate> {
    await this.createThing(thingName, { model: 'press-4' });
    const certificate = await this.createCertificate();
    await this.attachPolicy(policyName, certificate.certificateArn);
    await this.attachThing(thingName, certificate.certificateArn);
    return certificate;
  }

  async createRule(ruleName: string, sql: string, actions: readonly Json[], errorAction?: Json): Promise<void> {
    await this.graphql.run(
      'mutation ($input: TopicRuleInput!) { createTopicRule(input: $input) { topicRule { name } } }',
      {
        input: { ruleName, sql, awsIotSqlVersion: '2016-03-23', actions, ...(errorAction && { errorAction }) },
      },
    );
  }

  async thing(name: string): Promise<SeenThing> {
    const { thing } = await this.graphql.run<{ thing: SeenThing }>(
      `query ($name: String!) { thing(name: $name) {
        name attributes connectivity { connected disconnectReason } shadow { ${SHADOW} } } }`,
      { name },
    );
    return thing;
  }

  async updateShadow(thingName: string, state: Json, version?: number): Promise<void> {
    await this.graphql.run(
      'mutation ($input: UpdateShadowInput!) { updateShadow(input: $input) { shadow { version } } }',
      { input: { thingName, state, ...(version !== undefined && { version }) } },
    );
  }

  async publish(topic: string, payload: unknown, qos: 0 | 1 = 1): Promise<void> {
    await this.graphql.run('mutation ($input: PublishInput!) { publish(input: $input) { messageId } }', {
      input: { topic, payload, qos, retain: false },
    });
  }

  watchShadow(thing: string): Inbox<{ shadowUpdated: { shadow: NonNullable<SeenThing['shadow']> } }> {
    return this.graphql.subscribe<{ shadowUpdated: { shadow: NonNullable<SeenThing['shadow']> } }>(
      `subscription ($thing: String!) { shadowUpdated(thing: $thing) { shadow { ${SHADOW} } } }`,
      { thing },
    ).inbox;
  }

  watchMessages(topicFilter: string): Inbox<{ messages: SeenMessage }> {
    return this.graphql.subscribe<{ messages: SeenMessage }>(
      'subscription ($topicFilter: String!) { messages(topicFilter: $topicFilter) { topic payload qos clientId } }',
      { topicFilter },
    ).inbox;
  }

  async close(): Promise<void> {
    await this.graphql.close();
  }
}
