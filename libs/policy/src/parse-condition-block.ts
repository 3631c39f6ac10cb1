import {
  type ConditionOperator,
  OPERATOR_NAMES,
  OPERATOR_SPELLINGS,
  parseConditionOperator,
} from './condition-operator.js';
import { DocumentFault } from './document-fault.js';
import { describe, objectMembers } from './document-reading.js';
import { OPERATOR_FAMILIES, type OperatorFamily } from './operator-family.js';
import { nearestName } from './nearest-name.js';
import { type PolicyCondition } from './policy-document.js';
import { type JsonMember, type JsonNode } from './positioned-json.js';
import { hasUnclosedVariable } from './template.js';

const KEY_PATTERN = /^[a-zA-Z0-9.-]+:\S+$/;

/** Reads the value of a `Condition` member: operator, then key, then one value or a list, which may be empty. */
export function parseConditionBlock(block: JsonNode): PolicyCondition[] {
  return objectMembers(block, '"Condition"').flatMap((member) => {
    const operator = readOperator(member);
    return objectMembers(member.value, `The operator "${member.name}"`).map((key) => readCondition(operator, key));
  });
}

function readOperator(member: JsonMember): ConditionOperator {
  const operator = parseConditionOperator(member.name);
  if (operator !== undefined) return operator;
  const similar = nearestName(member.name, OPERATOR_SPELLINGS);
  const hint = similar === undefined ? `use one of ${OPERATOR_NAMES.join(', ')}` : `did you mean "${similar}"?`;
  throw new DocumentFault(`There is no condition operator "${member.name}"; ${hint}`, member);
}

function readCondition(operator: ConditionOperator, key: JsonMember): PolicyCondition {
  if (!KEY_PATTERN.test(key.name)) {
    throw new DocumentFault(`"${key.name}" is no condition key; write for example "iot:ClientId"`, key);
  }
  const nodes = key.value.type === 'array' ? key.value.items : [key.value];
  return { operator, key: key.name, values: nodes.map((node) => readValue(operator, node)) };
}

function readValue(operator: ConditionOperator, node: JsonNode): string {
  if (node.type !== 'scalar' || node.value === null) {
    throw new DocumentFault(`A condition value must be a string, number or boolean, not ${describe(node)}`, node);
  }
  const value = String(node.value);
  if (hasUnclosedVariable(value)) {
    throw new DocumentFault(`The variable in "${value}" is not closed; a literal "\${" is written "\${$}{"`, node);
  }
  const family: OperatorFamily = OPERATOR_FAMILIES[operator.family];
  // What a value with a variable will look like is known only when there is a context.
  if (value.includes('${') || family.isWellFormed === undefined || family.isWellFormed(value)) return value;
  throw new DocumentFault(`"${value}" does not fit the operator "${operator.name}": write ${family.form}`, node);
}
