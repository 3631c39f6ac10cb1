import { lintPolicy, testAuthorization, testPolicy } from '#thingcore/contracts';
import { describeOperations } from '../operations.fixture.js';
import { anId } from '../registry.fixture.js';

const STATEMENT = {
  statement: { policyName: 'p', index: 1, sid: 'Own', effect: 'Allow' },
  mismatch: 'the topic is another',
  patterns: [{ pattern: 'topic/${iot:ClientId}', resolved: null }],
  variables: [{ name: 'iot:ClientId', value: 'lamp' }],
};
const DENIED = {
  action: 'iot:Publish',
  resource: 'arn:topic/a',
  decision: 'IMPLICIT_DENY',
  summary: 'Nothing allows it',
};

const ANSWERS = {
  results: [
    {
      ...DENIED,
      statements: [STATEMENT],
      remedy: { kind: 'add', statement: '{"Effect":"Allow"}', generalized: '{"Effect":"Allow","Sid":"All"}' },
    },
    { ...DENIED, statements: [], remedy: { kind: 'add', statement: '{"Effect":"Allow"}' } },
    {
      ...DENIED,
      decision: 'EXPLICIT_DENY',
      statements: [{ statement: { policyName: 'p', index: 0, effect: 'Deny' }, patterns: [], variables: [] }],
      remedy: {
        kind: 'change',
        statement: { policyName: 'p', index: 0, effect: 'Deny' },
        others: [{ policyName: 'q', index: 2, effect: 'Deny' }],
        add: { statement: '{"Effect":"Allow"}' },
      },
    },
    { ...DENIED, decision: 'ALLOWED', statements: [] },
  ],
  missingContextValues: ['iot:DomainName'],
};

const PROOF = `results { action resource decision summary
  statements { policyName index sid effect mismatch patterns { pattern resolved } variables { name value } }
  remedy { __typename ... on AddStatement { statement generalized } ... on ChangeStatement {
    change { policyName index sid effect } others { policyName index } add { statement generalized } } }
} missingContextValues`;

const PROVED = {
  results: [
    {
      ...DENIED,
      statements: [
        {
          policyName: 'p',
          index: 1,
          sid: 'Own',
          effect: 'Allow',
          mismatch: 'the topic is another',
          patterns: [{ pattern: 'topic/${iot:ClientId}', resolved: null }],
          variables: [{ name: 'iot:ClientId', value: 'lamp' }],
        },
      ],
      remedy: {
        __typename: 'AddStatement',
        statement: { Effect: 'Allow' },
        generalized: { Effect: 'Allow', Sid: 'All' },
      },
    },
    {
      ...DENIED,
      statements: [],
      remedy: { __typename: 'AddStatement', statement: { Effect: 'Allow' }, generalized: null },
    },
    {
      ...DENIED,
      decision: 'EXPLICIT_DENY',
      statements: [
        { policyName: 'p', index: 0, sid: null, effect: 'Deny', mismatch: null, patterns: [], variables: [] },
      ],
      remedy: {
        __typename: 'ChangeStatement',
        change: { policyName: 'p', index: 0, sid: null, effect: 'Deny' },
        others: [{ policyName: 'q', index: 2 }],
        add: { statement: { Effect: 'Allow' }, generalized: null },
      },
    },
    { ...DENIED, decision: 'ALLOWED', statements: [], remedy: null },
  ],
  missingContextValues: ['iot:DomainName'],
};

describeOperations('the questions about policies', [
  {
    name: 'testAuthorization with everything',
    operation: `{ testAuthorization(input: {
      principal: "${anId('a')}"
      context: { clientId: "lamp", sourceIp: "10.0.0.1", domainName: "iot.example", connectAttributes: [LastWill], lastWillTopic: "w" }
      questions: [{ action: "PUBLISH", resources: ["arn:topic/a"] }]
      policyNamesToAdd: ["more"] policyNamesToSkip: ["less"]
    }) { ${PROOF} } }`,
    command: testAuthorization,
    request: {
      principal: anId('a'),
      context: {
        clientId: 'lamp',
        sourceIp: '10.0.0.1',
        domainName: 'iot.example',
        connectAttributes: ['LastWill'],
        lastWillTopic: 'w',
      },
      questions: [{ action: 'PUBLISH', resources: ['arn:topic/a'] }],
      policyNamesToAdd: ['more'],
      policyNamesToSkip: ['less'],
    },
    reply: ANSWERS,
    data: { testAuthorization: PROVED },
  },
  {
    name: 'testAuthorization with what is needed',
    operation: `{ testAuthorization(input: {
      principal: "${anId('a')}" context: null questions: [{ action: "iot:Connect", resources: ["arn:client/a"] }]
    }) { missingContextValues } }`,
    command: testAuthorization,
    request: {
      principal: anId('a'),
      context: {},
      questions: [{ action: 'iot:Connect', resources: ['arn:client/a'] }],
    },
    reply: ANSWERS,
    data: { testAuthorization: { missingContextValues: ['iot:DomainName'] } },
  },
  {
    name: 'testPolicy with an object, for a certificate',
    operation: `{ testPolicy(input: {
      document: { Statement: [] } principal: "${anId('a')}" context: { clientId: "lamp" }
      questions: [{ action: "SUBSCRIBE", resources: ["arn:topicfilter/a"] }]
    }) { ${PROOF} } }`,
    command: testPolicy,
    request: {
      policyDocument: '{"Statement":[]}',
      principal: anId('a'),
      context: { clientId: 'lamp' },
      questions: [{ action: 'SUBSCRIBE', resources: ['arn:topicfilter/a'] }],
    },
    reply: ANSWERS,
    data: { testPolicy: PROVED },
  },
  {
    name: 'testPolicy with a text that is no JSON, which the registry judges',
    operation: `{ testPolicy(input: { document: "{", questions: [{ action: "RECEIVE", resources: ["arn:topic/a"] }] }) {
      missingContextValues
    } }`,
    command: testPolicy,
    request: {
      policyDocument: '{',
      context: {},
      questions: [{ action: 'RECEIVE', resources: ['arn:topic/a'] }],
    },
    reply: ANSWERS,
    data: { testPolicy: { missingContextValues: ['iot:DomainName'] } },
  },
  {
    name: 'lintPolicy',
    operation: '{ lintPolicy(document: { Statement: [] }) { code statementIndex line } }',
    command: lintPolicy,
    request: { policyDocument: '{"Statement":[]}' },
    reply: { warnings: [{ code: 'NoStatement', message: 'm', line: 1 }] },
    data: { lintPolicy: [{ code: 'NoStatement', statementIndex: null, line: 1 }] },
  },
]);
