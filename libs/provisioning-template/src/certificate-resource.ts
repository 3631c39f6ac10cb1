import { DocumentFault, readMembers, type JsonNode, type MemberReader } from '#thingcore/policy';
import type { Deferred } from './evaluation.js';
import type { ExpressionReader } from './expression-reader.js';
import { OVERRIDES, readOverrides } from './override-settings.js';
import type { CertificatePlan, CertificateSource } from './provisioning-plan.js';
import type { ResourceDeclaration } from './resource-declaration.js';
import { CERTIFICATE_ID_PARAMETER, type KindRules } from './template-kind.js';

const FORMS = ['CertificateSigningRequest', 'CertificateId', 'CertificatePem'];
const PROPERTIES = [...FORMS, 'CACertificatePem', 'Status'];

/** Reads a resource of the type `AWS::IoT::Certificate`. */
export function readCertificateResource(
  { logicalName, properties, overrideSettings }: ResourceDeclaration,
  reader: ExpressionReader,
  rules: KindRules,
): Deferred<CertificatePlan> {
  const members = readMembers(properties, 'A certificate', PROPERTIES);
  assertOneForm(properties, members);
  if (rules.issuedCertificateOnly) assertIssuedCertificate(properties, members, rules);
  const source = readSource(members, reader);
  const stated = members.get('Status');
  // AWS: the examples of bulk registration write "ACTIVE", those of the API "Active".
  const upperCase = (text: string) => text.toUpperCase();
  const status = stated && reader.choice(stated.value, '"Status"', ['ACTIVE', 'INACTIVE'], upperCase);
  const overrides = readOverrides(overrideSettings, { Status: OVERRIDES }, reader);
  return {
    evaluate: (evaluation) => ({
      logicalName,
      source: source.evaluate(evaluation),
      status: status?.evaluate(evaluation) ?? 'ACTIVE',
      overrides: { status: overrides.evaluate(evaluation).Status },
    }),
  };
}

function assertOneForm(properties: JsonNode, members: MemberReader): void {
  const given = FORMS.filter((form) => members.has(form));
  if (given.length !== 1) {
    const found = given.length === 0 ? 'none' : given.join(' and ');
    throw new DocumentFault(`A certificate has exactly one of ${FORMS.join(', ')}; this one has ${found}`, properties);
  }
  const authority = members.get('CACertificatePem');
  if (authority !== undefined && !members.has('CertificatePem')) {
    throw new DocumentFault('"CACertificatePem" goes with "CertificatePem" only', authority);
  }
}

/**
 * AWS: in fleet provisioning and just-in-time provisioning, the certificate is `{"Ref": "AWS::IoT::Certificate::Id"}`. Any
 * other id would let a device choose the certificate that is activated and attached.
 */
function assertIssuedCertificate(properties: JsonNode, members: MemberReader, rules: KindRules): void {
  const wanted = `write "CertificateId": {"Ref": "${CERTIFICATE_ID_PARAMETER}"}`;
  const id = members.get('CertificateId');
  if (id === undefined) {
    throw new DocumentFault(`In ${rules.noun} the certificate exists already: ${wanted}`, properties);
  }
  if (referenceOf(id.value) !== CERTIFICATE_ID_PARAMETER) {
    throw new DocumentFault(`In ${rules.noun} the certificate is the one being provisioned: ${wanted}`, id.value);
  }
}

/** The argument of a `Ref`; `undefined` for any other value. */
function referenceOf(node: JsonNode): unknown {
  const [member] = node.type === 'object' ? node.members : [];
  return member?.name === 'Ref' && member.value.type === 'scalar' ? member.value.value : undefined;
}

function readSource(members: MemberReader, reader: ExpressionReader): Deferred<CertificateSource> {
  const text = (name: string) => {
    const member = members.get(name);
    return member && reader.text(member.value, `"${name}"`);
  };
  const request = text('CertificateSigningRequest');
  const id = text('CertificateId');
  const pem = text('CertificatePem');
  const authority = text('CACertificatePem');
  return {
    evaluate: (evaluation) => {
      if (request) return { form: 'CSR', certificateSigningRequest: request.evaluate(evaluation) };
      if (id) return { form: 'ID', certificateId: id.evaluate(evaluation) };
      return {
        form: 'PEM',
        certificatePem: pem?.evaluate(evaluation) ?? '',
        ...(authority && { caCertificatePem: authority.evaluate(evaluation) }),
      };
    },
  };
}
