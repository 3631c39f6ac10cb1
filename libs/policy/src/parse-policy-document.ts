import { IotError } from '#thingcore/errors';
import { DocumentFault } from './document-fault.js';
import { parseConditionBlock } from './parse-condition-block.js';
import { type Effect, type PolicyDocument, type PolicyStatement } from './policy-document.js';
import { type JsonMember, type JsonNode, locate, parsePositionedJson } from './positioned-json.js';
import { type MemberReader, readList, readMembers, readText } from './document-reading.js';
import { hasUnclosedVariable } from './template.js';

/** AWS: IoT Core quotas, "Maximum policy document size"; whitespace does not count. Cannot be raised. */
const MAX_CHARACTERS = 2048;
const VERSION = '2012-10-17';
const ACTION_PATTERN = /^(\*|[a-zA-Z0-9*?-]+:[a-zA-Z0-9*?]+)$/;
const ARN_PATTERN = /^arn:([^:]*:){4}./;

/** Members of IAM that an IoT policy does not have, and what to do instead. */
const EXPLAINED_DOCUMENT_MEMBERS = {
  Id: 'a policy is known by its name, so remove "Id"',
};

const EXPLAINED_STATEMENT_MEMBERS = {
  Principal: 'an IoT policy applies to the principal it is attached to, so remove "Principal"',
  NotPrincipal: 'an IoT policy applies to the principal it is attached to, so remove "NotPrincipal"',
  NotAction: 'list in "Action" what is meant, or allow more and add a statement with "Effect": "Deny"',
};

/**
 * Parses the text of an AWS IoT policy document. Throws `MalformedPolicy`; its details are `line` and `column` (from
 * 1) and `path` (e.g. `Statement[0].Effect`) of what is wrong. `NotAction` is refused: the AWS IoT guide does not have
 * it, and an Allow with it would grow with every action that is ever invented.
 */
export function parsePolicyDocument(text: string): PolicyDocument {
  try {
    checkSize(text);
    return readDocument(parsePositionedJson(text));
  } catch (fault) {
    throw fault instanceof DocumentFault ? toMalformedPolicy(text, fault) : fault;
  }
}

function toMalformedPolicy(text: string, fault: DocumentFault): IotError {
  const { line, column } = locate(text, fault.at.offset);
  const place = `line ${line}, column ${column}${fault.at.path === '' ? '' : `, ${fault.at.path}`}`;
  return new IotError('MalformedPolicy', `${fault.message} (${place})`, {
    details: { line, column, path: fault.at.path },
  });
}

function checkSize(text: string): void {
  let size = 0;
  for (const word of text.matchAll(/\S+/g)) {
    size += word[0].length;
    if (size > MAX_CHARACTERS) {
      const offset = word.index + word[0].length - (size - MAX_CHARACTERS);
      throw new DocumentFault(
        `The document has more than ${MAX_CHARACTERS} characters besides whitespace; split it into several policies`,
        { path: '', offset },
      );
    }
  }
}

function readDocument(root: JsonNode): PolicyDocument {
  const members = readMembers(root, 'A policy document', ['Version', 'Statement'], EXPLAINED_DOCUMENT_MEMBERS);
  readVersion(root, members.get('Version'));
  const statement = members.get('Statement')?.value;
  if (statement === undefined) throw new DocumentFault('The member "Statement" is missing', root);
  const nodes = statement.type === 'array' ? statement.items : [statement];
  if (nodes.length === 0)
    throw new DocumentFault('"Statement" is empty; a policy has at least one statement', statement);
  return { version: VERSION, statements: nodes.map(readStatement) };
}

function readVersion(root: JsonNode, member: JsonMember | undefined): void {
  if (member === undefined)
    throw new DocumentFault(`The member "Version" is missing; add "Version": "${VERSION}"`, root);
  const version = readText(member.value, '"Version"');
  if (version !== VERSION) {
    throw new DocumentFault(`The version "${version}" is not supported; use "${VERSION}"`, member.value);
  }
}

function readStatement(node: JsonNode): PolicyStatement {
  const members = readMembers(
    node,
    'A statement',
    ['Sid', 'Effect', 'Action', 'Resource', 'NotResource', 'Condition'],
    EXPLAINED_STATEMENT_MEMBERS,
  );
  const sid = members.get('Sid');
  const condition = members.get('Condition');
  return {
    ...(sid === undefined ? {} : { sid: readText(sid.value, '"Sid"') }),
    effect: readEffect(node, members.get('Effect')),
    actions: readActions(node, members.get('Action')),
    ...readResources(node, members),
    conditions: condition === undefined ? [] : parseConditionBlock(condition.value),
  };
}

function readEffect(statement: JsonNode, member: JsonMember | undefined): Effect {
  if (member === undefined) {
    throw new DocumentFault('The member "Effect" is missing; add "Effect": "Allow" or "Effect": "Deny"', statement);
  }
  const effect = readText(member.value, '"Effect"');
  if (effect === 'Allow' || effect === 'Deny') return effect;
  throw new DocumentFault(`"Effect" is "${effect}"; it must be "Allow" or "Deny", in this spelling`, member.value);
}

function readActions(statement: JsonNode, member: JsonMember | undefined): string[] {
  if (member === undefined) {
    throw new DocumentFault('The member "Action" is missing; add for example "Action": "iot:Publish"', statement);
  }
  return readList(member, (node) => {
    const action = readText(node, 'An action');
    if (ACTION_PATTERN.test(action)) return action;
    throw new DocumentFault(`"${action}" is no action; write for example "iot:Publish", "iot:*" or "*"`, node);
  });
}

function readResources(
  statement: JsonNode,
  members: MemberReader,
): Pick<PolicyStatement, 'resources' | 'exceptResources'> {
  const resource = members.get('Resource');
  const notResource = members.get('NotResource');
  const member = resource ?? notResource;
  if (member === undefined) {
    throw new DocumentFault(
      'The member "Resource" (or "NotResource") is missing; "Resource": "*" means all',
      statement,
    );
  }
  if (resource !== undefined && notResource !== undefined) {
    throw new DocumentFault('A statement has "Resource" or "NotResource", not both', notResource);
  }
  return { resources: readList(member, readResource), exceptResources: resource === undefined };
}

function readResource(node: JsonNode): string {
  const resource = readText(node, 'A resource');
  if (hasUnclosedVariable(resource)) {
    throw new DocumentFault(`The variable in "${resource}" is not closed; a literal "\${" is written "\${$}{"`, node);
  }
  const isPattern = /[*?]|\$\{/.test(resource);
  if (resource === '*' || ARN_PATTERN.test(resource) || (isPattern && resource.startsWith('arn:'))) return resource;
  throw new DocumentFault(
    `"${resource}" is no resource; write an ARN such as "arn:aws:iot:us-east-1:123456789012:topic/site/*", or "*"`,
    node,
  );
}
