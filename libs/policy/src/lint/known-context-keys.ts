/** What can be said of a context key without a context. */
export interface KnownKey {
  /** As AWS spells it. */
  readonly spelling: string;
  /** Why it never has a value in a policy that is decided here; absent when it may have one. */
  readonly neverBecause?: string;
  /** Whether it has several values, so that a condition can ask for it but nothing can be put in place of a variable. */
  readonly isSet?: boolean;
  /** Whether only an MQTT connection has it. */
  readonly isMqttOnly?: boolean;
  /** Whether it is there only when `iot:Connect` is decided. */
  readonly isConnectOnly?: boolean;
}

const ASSUMED_ROLE = 'it exists in the IAM policies of an assumed role only';
const NO_VPC = 'there are no VPC endpoints here';

/** AWS: "AWS IoT Core policy variables", "Policy condition keys". */
const PLAIN_KEYS: readonly KnownKey[] = [
  { spelling: 'iot:ClientId', isMqttOnly: true },
  { spelling: 'iot:DomainName' },
  { spelling: 'aws:SourceIp' },
  { spelling: 'aws:SourceVpce', neverBecause: NO_VPC },
  { spelling: 'aws:VpcSourceIp', neverBecause: NO_VPC },
  { spelling: 'iot:Connection.Thing.ThingName', isMqttOnly: true },
  { spelling: 'iot:Connection.Thing.ThingTypeName', isMqttOnly: true },
  { spelling: 'iot:Connection.Thing.IsAttached', isMqttOnly: true },
  { spelling: 'iot:Certificate.SerialNumber' },
  { spelling: 'iot:Certificate.AvailableKeys', isSet: true },
  { spelling: 'iot:CertificateId' },
  { spelling: 'iot:ConnectAttributes', isSet: true, isMqttOnly: true, isConnectOnly: true },
  { spelling: 'iot:LastWillTopic', isMqttOnly: true, isConnectOnly: true },
  { spelling: 'credentials-iot:ThingName', neverBecause: ASSUMED_ROLE },
  { spelling: 'credentials-iot:ThingTypeName', neverBecause: ASSUMED_ROLE },
  { spelling: 'credentials-iot:AwsCertificateId', neverBecause: ASSUMED_ROLE },
];

/** AWS: "X.509 certificate policy variables", the fields of `Subject` and of `Issuer`. */
export const CERTIFICATE_FIELDS: readonly string[] = [
  'DistinguishedNameQualifier',
  'Country',
  'Organization',
  'OrganizationalUnit',
  'State',
  'CommonName',
  'SerialNumber',
  'Title',
  'Surname',
  'GivenName',
  'Initials',
  'Pseudonym',
  'GenerationQualifier',
  'AlternativeName.RFC822Name',
  'AlternativeName.DNSName',
  'AlternativeName.DirectoryName',
  'AlternativeName.UniformResourceIdentifier',
  'AlternativeName.IPAddress',
];

const CERTIFICATE_KEYS: readonly KnownKey[] = ['Subject', 'Issuer'].flatMap((party) =>
  CERTIFICATE_FIELDS.map((field) => ({ spelling: `iot:Certificate.${party}.${field}` })),
);
const THING_ATTRIBUTE: KnownKey = { spelling: 'iot:Connection.Thing.Attributes[name]', isMqttOnly: true };
const ATTRIBUTE_KEY = /^iot:connection\.thing\.attributes(\[.+\])$/i;
const NUMBERED_KEY = /^(iot:certificate\.(?:subject|issuer)\..+)\.(list|\d+)$/i;

/** AWS: the first value has no number, and five are kept. */
const LAST_NUMBER = 4;

const BY_NAME: ReadonlyMap<string, KnownKey> = new Map(
  [...PLAIN_KEYS, ...CERTIFICATE_KEYS].map((key) => [key.spelling.toLowerCase(), key]),
);

/** How the keys are spelled; of thing attributes and of numbered values one example. */
export const KEY_SPELLINGS: readonly string[] = [
  ...[...BY_NAME.values()].map(({ spelling }) => spelling),
  THING_ATTRIBUTE.spelling,
];

/** Looks up a context key by its name in any case; `undefined` when there is none. */
export function knownKey(name: string): KnownKey | undefined {
  const attribute = ATTRIBUTE_KEY.exec(name)?.[1];
  if (attribute !== undefined) {
    return { ...THING_ATTRIBUTE, spelling: THING_ATTRIBUTE.spelling.replace('[name]', () => attribute) };
  }
  const [, base = name, suffix] = NUMBERED_KEY.exec(name) ?? [];
  const key = BY_NAME.get(base.toLowerCase());
  if (key === undefined || suffix === undefined) return key;
  if (suffix.toLowerCase() === 'list') return { ...key, spelling: `${key.spelling}.List`, isSet: true };
  const spelling = `${key.spelling}.${suffix}`;
  if (suffix === '0') return { spelling, neverBecause: `the first value is \${${key.spelling}}, the second has .1` };
  if (Number(suffix) <= LAST_NUMBER) return { spelling };
  return { spelling, neverBecause: `five values of a certificate are kept, the last has .${LAST_NUMBER}` };
}
