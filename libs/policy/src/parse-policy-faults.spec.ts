import { IotError } from '#thingcore/errors';
import { parsePolicyDocument } from './index.js';

/** Stands in a text before the character that the fault must point at. */
const MARK = '¦';
const ARN = 'arn:aws:iot:eu-test-1:111111111111:topic/a';

function policy(statement: string): string {
  return `{\n  "Version": "2012-10-17",\n  "Statement": [\n    ${statement}\n  ]\n}`;
}

/** A statement without a fault but for the members that are given. */
function having(members: string): string {
  const given = (name: string) => members.includes(`"${name}"`);
  const others = [
    ...(given('Effect') ? [] : ['"Effect": "Allow"']),
    ...(given('Action') ? [] : ['"Action": "iot:Publish"']),
    ...(given('Resource') || given('NotResource') ? [] : [`"Resource": "${ARN}"`]),
  ];
  return policy(`{${[...others, members].join(', ')}}`);
}

function condition(block: string): string {
  return having(`"Condition": ${block}`);
}

function fault(text: string): IotError {
  try {
    parsePolicyDocument(text);
  } catch (error) {
    if (error instanceof IotError) return error;
    throw error;
  }
  throw new Error('the document was accepted');
}

const S = 'Statement[0]';

const FAULTS: Readonly<Record<string, [name: string, text: string, path: string, message: string][]>> = {
  'what is no JSON': [
    ['an empty text', '¦', '', 'Expected a value, but the text ends'],
    ['a text that ends early', '{"Version": "2012-10-17",¦', '', 'Expected a name in double quotes, but the text ends'],
    ['a missing comma', '{\n  "Version": "x"\n  ¦"Statement": []\n}', '', 'Expected "," or "}", but found "\\""'],
    ['a trailing comma in an object', '{"Version": "x"¦,\n}', '', 'Nothing follows this ","; remove it'],
    ['a trailing comma in a list', '{"Statement": [{}¦, ]}', 'Statement', 'Nothing follows this ","; remove it'],
    ['two commas', '{"a": 1,¦, "b": 2}', '', 'Expected a name in double quotes, but found ","'],
    ['a missing colon', '{"Version" ¦"x"}', 'Version', 'Expected ":" after the name "Version"'],
    ['a missing value', '{"Version": ¦}', 'Version', 'Expected a value, but found "}"'],
    ['a missing bracket', '{"Statement": [{}¦}', 'Statement', 'Expected "," or "]", but found "}"'],
    ['a name without quotes', '{¦Version: "x"}', '', 'Expected a name in double quotes, but found "V"'],
    ['single quotes', "{¦'Version': 'x'}", '', 'names and strings stand in straight double quotes'],
    ['typographic quotes', '{"Version": ¦\u201cx\u201d}', 'Version', 'stand in straight double quotes'],
    ['a comment', '{\n  ¦// the policy of pumps\n}', '', 'JSON has no comments'],
    ['a byte order mark', '¦\ufeff{}', '', 'remove the byte order mark'],
    ['a word nobody knows', '{"Version": ¦None}', 'Version', 'Expected a value, but found "N"'],
    ['a number with a leading zero', '{"Version": 0¦1}', '', 'Expected "," or "}", but found "1"'],
    ['an open string', '{¦"Version', '', 'The string is not closed'],
    ['a line break in a string', '{"Version": "a¦\nb"}', 'Version', 'is not closed on its line'],
    ['a tab in a string', '{"Version": "a¦\tb"}', 'Version', 'the control character "\\t"; write it in this way'],
    ['an escape nobody knows', '{"Version": "a\\\\¦\\x"}', 'Version', 'There is no escape "\\\\x" in JSON'],
    ['an escape that is cut off', '{"Version": "¦\\u12"}', 'Version', 'There is no escape "\\\\u" in JSON'],
    ['half a character', '{"Version": ¦"a\\ud83d"}', 'Version', 'half of a surrogate pair'],
    ['a text after the document', '{} ¦x', '', 'Expected the end of the text, but found "x"'],
    ['a name that stands twice', '{"Version":"x",\n¦"Version":"y"}', 'Version', 'stands twice in one object'],
    ['a name that stands twice in a condition', condition('{"Bool": {}, ¦"Bool": {}}'), `${S}.Condition.Bool`, 'twice'],
    ['lines that end as on Windows', '{\r\n  "Version": "x"\r\n  ¦"b": 1\r\n}', '', 'Expected "," or "}"'],
  ],
  'a document': [
    ['that is a list', '¦[]', '', 'A policy document must be an object, not an array'],
    ['that is a string', '¦"{}"', '', 'A policy document must be an object, not "{}"'],
    ['without a version', ' ¦{"Statement":[]}', '', 'The member "Version" is missing; add "Version": "2012-10-17"'],
    ['of the old version', '{"Version":¦"2008-10-17","Statement":[]}', 'Version', 'use "2012-10-17"'],
    ['of a version that is no string', '{"Version":¦2012}', 'Version', '"Version" must be a string, not 2012'],
    ['without statements', '¦{"Version":"2012-10-17"}', '', 'The member "Statement" is missing'],
    ['with an empty list', '{"Version":"2012-10-17","Statement":¦[]}', 'Statement', '"Statement" is empty'],
    ['with a misspelt member', '{¦"Statment":[]}', 'Statment', 'did you mean "Statement"?'],
    ['with a member in the plural', '{¦"Versions":"2012-10-17"}', 'Versions', 'did you mean "Version"?'],
    ['with a member nobody knows', '{¦"Rules":[]}', 'Rules', 'it may have Version, Statement'],
    ['with an Id', '{¦"Id":"x"}', 'Id', 'a policy is known by its name, so remove "Id"'],
  ],
  'a statement': [
    ['that is a string', policy('¦"x"'), S, 'A statement must be an object, not "x"'],
    [
      'that is no list, but null',
      '{"Version":"2012-10-17","Statement":¦null}',
      'Statement',
      'must be an object, not null',
    ],
    ['with a member in lower case', having('¦"action": "x"'), `${S}.action`, 'did you mean "Action"?'],
    ['with a member nobody knows', having('¦"When": 1'), `${S}.When`, 'it may have Sid, Effect, Action'],
    ['with NotAction', having('¦"NotAction": "iot:*"'), `${S}.NotAction`, 'list in "Action" what is meant'],
    ['with a principal', having('¦"Principal": "*"'), `${S}.Principal`, 'applies to the principal it is attached to'],
    ['with NotPrincipal', having('¦"NotPrincipal": "*"'), `${S}.NotPrincipal`, 'so remove "NotPrincipal"'],
    ['with a Sid that is no string', having('"Sid": ¦1'), `${S}.Sid`, '"Sid" must be a string, not 1'],
    ['without an effect', policy('¦{"Action": "*", "Resource": "*"}'), S, 'The member "Effect" is missing; add'],
    ['with an effect in lower case', having('"Effect": ¦"allow"'), `${S}.Effect`, 'must be "Allow" or "Deny"'],
    ['with an effect that is a list', having('"Effect": ¦["Allow"]'), `${S}.Effect`, 'must be a string, not an array'],
    ['without an action', policy('¦{"Effect": "Deny", "Resource": "*"}'), S, 'The member "Action" is missing; add'],
    ['with an empty list of actions', having('"Action": ¦[]'), `${S}.Action`, '"Action" is empty; name at least one'],
    ['with an action that has no service', having('"Action": ["iot:*", ¦"x"]'), `${S}.Action[1]`, '"x" is no action'],
    ['with an action of two colons', having('"Action": ¦"iot:a:b"'), `${S}.Action`, '"iot:a:b" is no action'],
    [
      'with an empty action',
      having('"Action": ¦""'),
      `${S}.Action`,
      '"" is no action; write for example "iot:Publish"',
    ],
    ['with an action that is a number', having('"Action": ¦7'), `${S}.Action`, 'An action must be a string, not 7'],
    ['without a resource', policy('¦{"Effect": "Deny", "Action": "*"}'), S, '(or "NotResource") is missing'],
    ['with both resources', having('"Resource": "*", ¦"NotResource": "*"'), `${S}.NotResource`, 'not both'],
    ['with an empty list of resources', having('"Resource": ¦[]'), `${S}.Resource`, '"Resource" is empty'],
    ['with an empty list of exceptions', having('"NotResource": ¦[]'), `${S}.NotResource`, '"NotResource" is empty'],
    ['with a resource that is no ARN', having('"Resource": ¦"topic/a"'), `${S}.Resource`, '"topic/a" is no resource'],
    ['with a resource that is a pattern but no ARN', having('"Resource": ¦"topic/*"'), `${S}.Resource`, 'write an ARN'],
    ['with a short ARN', having('"Resource": ¦"arn:aws:iot:topic/a"'), `${S}.Resource`, 'is no resource'],
    ['with a resource that is null', having('"Resource": ["*", ¦null]'), `${S}.Resource[1]`, 'not null'],
    ['with a nested list', having('"Resource": [¦["*"]]'), `${S}.Resource[0]`, 'must be a string, not an array'],
    ['with an open variable', having(`"Resource": ¦"${ARN}/\${iot:ClientId"`), `${S}.Resource`, 'is not closed'],
  ],
  'a condition': [
    ['that is a list', condition('¦[]'), `${S}.Condition`, '"Condition" must be an object, not an array'],
    ['of an unknown operator', condition('{¦"StringIs": {}}'), `${S}.Condition.StringIs`, 'use one of StringEquals'],
    ['of an operator in lower case', condition('{¦"bool": {}}'), `${S}.Condition.bool`, 'did you mean "Bool"?'],
    [
      'of a misspelt operator',
      condition('{¦"ForAnyValues:StringEqual": {}}'),
      `${S}.Condition.ForAnyValues:StringEqual`,
      'did you mean "ForAnyValue:StringEquals"?',
    ],
    ['of Null with IfExists', condition('{¦"NullIfExists": {}}'), `${S}.Condition.NullIfExists`, 'There is no'],
    ['of Null with a set', condition('{¦"ForAnyValue:Null": {}}'), `${S}.Condition.ForAnyValue:Null`, 'There is no'],
    ['of a negated Bool', condition('{¦"NotBool": {}}'), `${S}.Condition.NotBool`, 'There is no condition operator'],
    ['without keys', condition('{"Bool": ¦"true"}'), `${S}.Condition.Bool`, 'must be an object, not "true"'],
    [
      'on a key without a service',
      condition('{"Bool": {¦"x": "true"}}'),
      `${S}.Condition.Bool.x`,
      'is no condition key',
    ],
    ['with null', condition('{"Bool": {"a:b": ¦null}}'), `${S}.Condition.Bool.a:b`, 'not null'],
    ['with an object', condition('{"Bool": {"a:b": [¦{}]}}'), `${S}.Condition.Bool.a:b[0]`, 'not an object'],
    [
      'with an open variable',
      condition('{"StringLike": {"a:b": ¦"${x"}}'),
      `${S}.Condition.StringLike.a:b`,
      'not closed',
    ],
    ['with no boolean', condition('{"Bool": {"a:b": ¦"yes"}}'), `${S}.Condition.Bool.a:b`, 'write "true" or "false"'],
    ['with no boolean for Null', condition('{"Null": {"a:b": ¦1}}'), `${S}.Condition.Null.a:b`, '"true" or "false"'],
    [
      'with no number',
      condition('{"NumericLessThan": {"a:b": ["1", ¦"ten"]}}'),
      `${S}.Condition.NumericLessThan.a:b[1]`,
      'write a decimal number',
    ],
    [
      'with no date',
      condition('{"DateEquals": {"a:b": ¦"2026-13-01"}}'),
      `${S}.Condition.DateEquals.a:b`,
      'a date such as',
    ],
    [
      'with no address',
      condition('{"NotIpAddress": {"a:b": ¦"10.0.0.0/40"}}'),
      `${S}.Condition.NotIpAddress.a:b`,
      'an IP address or a range',
    ],
    ['with no ARN', condition('{"ArnLike": {"a:b": ¦"topic/*"}}'), `${S}.Condition.ArnLike.a:b`, 'an ARN such as'],
    ['with no Base64', condition('{"BinaryEquals": {"a:b": ¦"a"}}'), `${S}.Condition.BinaryEquals.a:b`, 'in Base64'],
  ],
};

describe('parsePolicyDocument refuses with line and column', () => {
  for (const [subject, rows] of Object.entries(FAULTS)) {
    it.each(rows)(`${subject}: %s`, (_name, marked, path, message) => {
      const before = marked.slice(0, marked.indexOf(MARK)).split('\n');
      const place = { line: before.length, column: (before.at(-1) ?? '').length + 1, path };
      expect(marked.split(MARK)).toHaveLength(2);

      const error = fault(marked.replace(MARK, ''));
      expect(error.code).toBe('MalformedPolicy');
      expect(error.message).toContain(message);
      expect(error.message).toContain(`(line ${place.line}, column ${place.column}`);
      expect(error.details).toEqual(place);
    });
  }
});
