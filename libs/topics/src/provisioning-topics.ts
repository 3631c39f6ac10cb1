/** AWS: the name of a provisioning template. */
export const PROVISIONING_TEMPLATE_NAME_PATTERN = /^[0-9A-Za-z_-]{1,36}$/;

const PAYLOAD_FORMATS = ['json', 'cbor'] as const;
const PROVISIONING_OUTCOMES = ['accepted', 'rejected'] as const;

/** What the payload of a provisioning request is written in, and that of its answer. */
export type PayloadFormat = (typeof PAYLOAD_FORMATS)[number];

/** What is said about a provisioning request. */
export type ProvisioningOutcome = (typeof PROVISIONING_OUTCOMES)[number];

/**
 * What a device that is being provisioned may ask for. AWS: Device provisioning MQTT API, CreateKeysAndCertificate,
 * CreateCertificateFromCsr and RegisterThing.
 */
export type ProvisioningOperation =
  | { readonly operation: 'create-keys-and-certificate' }
  | { readonly operation: 'create-certificate-from-csr' }
  | { readonly operation: 'register-thing'; readonly templateName: string };

/** A request of fleet provisioning, as its topic tells of it. */
export type ProvisioningRequest = ProvisioningOperation & { readonly format: PayloadFormat };

/** What a topic of fleet provisioning means: a request that devices publish, or an answer that Thingcore alone sends. */
export type ProvisioningTopic =
  | ({ readonly kind: 'provisioning-request' } & ProvisioningRequest)
  | ({ readonly kind: 'provisioning-answer'; readonly outcome: ProvisioningOutcome } & ProvisioningRequest);

/** The topics of one request. */
export interface ProvisioningTopics {
  readonly request: string;
  readonly accepted: string;
  readonly rejected: string;
}

const CREATE = '$aws/certificates/create/';
const CREATE_FROM_CSR = '$aws/certificates/create-from-csr/';
const TEMPLATES = '$aws/provisioning-templates/';

/** Reads a topic of fleet provisioning; `undefined` for every other topic, and for one with a name out of its pattern. */
export function parseProvisioningTopic(topic: string): ProvisioningTopic | undefined {
  if (topic.startsWith(CREATE)) {
    return withFormat({ operation: 'create-keys-and-certificate' }, topic.slice(CREATE.length));
  }
  if (topic.startsWith(CREATE_FROM_CSR)) {
    return withFormat({ operation: 'create-certificate-from-csr' }, topic.slice(CREATE_FROM_CSR.length));
  }
  if (!topic.startsWith(TEMPLATES)) return undefined;
  const [templateName = '', verb, ...rest] = topic.slice(TEMPLATES.length).split('/');
  if (!PROVISIONING_TEMPLATE_NAME_PATTERN.test(templateName) || verb !== 'provision') return undefined;
  return withFormat({ operation: 'register-thing', templateName }, rest.join('/'));
}

/** Spells the topics of a request. The template's name must be of its pattern. */
export function provisioningTopics(asked: ProvisioningRequest): ProvisioningTopics {
  const request = `${prefixOf(asked)}${asked.format}`;
  return { request, accepted: `${request}/accepted`, rejected: `${request}/rejected` };
}

/** `{format}[/{outcome}]` */
function withFormat(operation: ProvisioningOperation, rest: string): ProvisioningTopic | undefined {
  const [format, outcome, ...more] = rest.split('/');
  if (!isOneOf(PAYLOAD_FORMATS, format) || more.length > 0) return undefined;
  if (outcome === undefined) return { kind: 'provisioning-request', ...operation, format };
  if (!isOneOf(PROVISIONING_OUTCOMES, outcome)) return undefined;
  return { kind: 'provisioning-answer', ...operation, format, outcome };
}

function prefixOf(asked: ProvisioningOperation): string {
  switch (asked.operation) {
    case 'create-keys-and-certificate':
      return CREATE;
    case 'create-certificate-from-csr':
      return CREATE_FROM_CSR;
    case 'register-thing':
      return `${TEMPLATES}${asked.templateName}/provision/`;
  }
}

function isOneOf<const T extends string>(allowed: readonly T[], value: string | undefined): value is T {
  return (allowed as readonly (string | undefined)[]).includes(value);
}
