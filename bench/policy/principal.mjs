// A device as policies describe it in the field: ten statements in three policies, with variables, wildcards, conditions
// and denials; and what it asks to do.
export const scope = { region: 'us-east-1', account: '123456789012' };

const arn = (kind, name) => `arn:aws:iot:${scope.region}:${scope.account}:${kind}/${name}`;
const THING = '${iot:Connection.Thing.ThingName}';
const SITE = '${iot:Connection.Thing.Attributes[site]}';

/** Policies by name, as documents. */
export const documents = {
  fleet: {
    Version: '2012-10-17',
    Statement: [
      {
        Effect: 'Allow',
        Action: 'iot:Connect',
        Resource: arn('client', THING),
        Condition: { Bool: { 'iot:Connection.Thing.IsAttached': 'true' } },
      },
      {
        Effect: 'Allow',
        Action: ['iot:Publish', 'iot:RetainPublish'],
        Resource: [arn('topic', `site/${SITE}/${THING}/telemetry/*`), arn('topic', `site/${SITE}/*/alarm/${THING}`)],
      },
      { Effect: 'Allow', Action: 'iot:Subscribe', Resource: arn('topicfilter', `site/${SITE}/${THING}/command/*`) },
      { Effect: 'Allow', Action: 'iot:Receive', Resource: arn('topic', `site/${SITE}/${THING}/command/*`) },
    ],
  },
  shadow: {
    Version: '2012-10-17',
    Statement: [
      {
        Effect: 'Allow',
        Action: ['iot:Publish', 'iot:Receive'],
        Resource: arn('topic', `$aws/things/${THING}/shadow/*`),
      },
      { Effect: 'Allow', Action: 'iot:Subscribe', Resource: arn('topicfilter', `$aws/things/${THING}/shadow/*`) },
      {
        Effect: 'Allow',
        Action: ['iot:GetThingShadow', 'iot:UpdateThingShadow'],
        Resource: [arn('thing', THING), arn('thing', `${THING}/*`)],
      },
    ],
  },
  plant: {
    Version: '2012-10-17',
    Statement: [
      {
        Effect: 'Allow',
        Action: ['iot:Publish', 'iot:Receive'],
        Resource: arn('topic', 'plant/line-?/status/*'),
        Condition: { IpAddress: { 'aws:SourceIp': ['10.0.0.0/8', '192.168.0.0/16'] } },
      },
      {
        Effect: 'Deny',
        Action: ['iot:Publish', 'iot:Subscribe', 'iot:Receive'],
        Resource: [arn('topic', 'plant/*/restricted/*'), arn('topicfilter', 'plant/*/restricted/*')],
      },
      {
        Effect: 'Deny',
        Action: 'iot:*',
        Resource: arn('topic', 'site/*/maintenance/*'),
        Condition: { StringNotEquals: { 'iot:Connection.Thing.ThingTypeName': 'service-tool' } },
      },
    ],
  },
};

/** What is known of the connection: for the library, and by key for the naive evaluator. */
export const context = {
  clientId: 'pump-0815',
  sourceIp: '10.17.4.2',
  isAttached: true,
  thing: { thingName: 'pump-0815', thingTypeName: 'pump', attributes: { site: 'hamburg' } },
};
export const contextByKey = {
  'iot:ClientId': 'pump-0815',
  'aws:SourceIp': '10.17.4.2',
  'iot:Connection.Thing.IsAttached': 'true',
  'iot:Connection.Thing.ThingName': 'pump-0815',
  'iot:Connection.Thing.ThingTypeName': 'pump',
  'iot:Connection.Thing.Attributes[site]': 'hamburg',
};

/** Of ten questions seven are allowed, two denied implicitly and one explicitly. */
const SHAPES = [
  ['iot:Publish', 'topic', (n) => `site/hamburg/pump-0815/telemetry/sensor-${n}`],
  ['iot:Publish', 'topic', (n) => `site/hamburg/pump-0815/telemetry/engine/${n}/rpm`],
  ['iot:Publish', 'topic', (n) => `site/hamburg/hall-${n}/alarm/pump-0815`],
  ['iot:Publish', 'topic', (n) => `$aws/things/pump-0815/shadow/name/part-${n}/update`],
  ['iot:Publish', 'topic', (n) => `plant/line-3/status/${n}`],
  ['iot:Receive', 'topic', (n) => `site/hamburg/pump-0815/command/${n}/start`],
  ['iot:Subscribe', 'topicfilter', (n) => `site/hamburg/pump-0815/command/${n}/#`],
  ['iot:Publish', 'topic', (n) => `site/hamburg/pump-0816/telemetry/sensor-${n}`],
  ['iot:Receive', 'topic', (n) => `site/berlin/pump-0815/command/${n}/start`],
  ['iot:Publish', 'topic', (n) => `plant/line-3/restricted/${n}`],
];

/** Questions, each about another name. */
export function questions(count) {
  return Array.from({ length: count }, (_, n) => {
    const [action, kind, name] = SHAPES[n % SHAPES.length];
    return { action, kind, name: Buffer.from(name(n)).toString() }; // flat, as a name that came in a packet is
  });
}
