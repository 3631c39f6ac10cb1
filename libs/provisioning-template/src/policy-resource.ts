import { createHash } from 'node:crypto';
import { describeJson, DocumentFault, readMembers, type JsonNode } from '#thingcore/policy';
import type { Deferred } from './evaluation.js';
import { isFunction, type ExpressionReader } from './expression-reader.js';
import { readOverrides } from './override-settings.js';
import type { PolicyPlan } from './provisioning-plan.js';
import type { ResourceDeclaration } from './resource-declaration.js';
import type { KindRules } from './template-kind.js';

/** Reads a resource of the type `AWS::IoT::Policy`. */
export function readPolicyResource(
  { logicalName, properties, overrideSettings }: ResourceDeclaration,
  reader: ExpressionReader,
  rules: KindRules,
): Deferred<PolicyPlan> {
  const members = readMembers(properties, 'A policy', ['PolicyName', 'PolicyDocument']);
  readOverrides(overrideSettings, {}, reader);
  const name = members.get('PolicyName');
  const document = members.get('PolicyDocument');
  if (name !== undefined && document !== undefined) {
    throw new DocumentFault('A policy has "PolicyName" or "PolicyDocument", not both', properties);
  }
  if (name !== undefined) {
    const policyName = reader.text(name.value, '"PolicyName"');
    return {
      evaluate: (evaluation) => ({ logicalName, source: 'existing', policyName: policyName.evaluate(evaluation) }),
    };
  }
  if (document === undefined) {
    throw new DocumentFault('A policy has "PolicyName" or "PolicyDocument"; this one has neither', properties);
  }
  const text = readDocument(document.value, reader, rules);
  return {
    evaluate: (evaluation) => {
      const policyDocument = evaluation.inPolicyDocument(() => text.evaluate(evaluation));
      return { logicalName, source: 'document', policyName: defaultName(policyDocument), policyDocument };
    },
  };
}

function readDocument(node: JsonNode, reader: ExpressionReader, rules: KindRules): Deferred<string> {
  if (node.type !== 'object' || isFunction(node)) return reader.text(node, '"PolicyDocument"');
  if (!rules.policyObjects) {
    throw new DocumentFault(
      `In ${rules.noun} "PolicyDocument" must be a string that holds JSON, not ${describeJson(node)}`,
      node,
    );
  }
  const document = reader.json(node);
  return {
    evaluate: (evaluation) => {
      const text = JSON.stringify(document.evaluate(evaluation));
      return evaluation.produce(text, node.path);
    },
  };
}

// AWS: "PolicyName: defaults to a hash of the policy document"; the names it gives are 40 upper-case hex digits.
function defaultName(policyDocument: string): string {
  return createHash('sha1').update(policyDocument, 'utf8').digest('hex').toUpperCase();
}
