import { type ArnScope } from '../arn.js';
import { parsePolicyDocument } from '../parse-policy-document.js';
import { type PolicyDocument } from '../policy-document.js';
import { parsePositionedJson } from '../positioned-json.js';
import { allowsEverything, unknownActions, wildcardConnect } from './action-rules.js';
import { conditionKeys, variables } from './context-key-rules.js';
import { avoidableDenies, duplicateSids, retainWithoutPublish, subscribeWithoutReceive } from './document-rules.js';
import { type Finding, type PolicyWarning } from './policy-warning.js';
import { mqttWildcards, otherScope, strayActions, strayResources } from './resource-rules.js';
import { readStatementFacts, type StatementFacts } from './statement-facts.js';
import { placeInDocument, placeInText } from './warning-place.js';

/** What the linter may be told. */
export interface LintOptions {
  /** The region and account in which the policy is used; without it ARNs of every region and account are fine. */
  readonly scope?: ArnScope;
}

const STATEMENT_RULES: readonly ((facts: StatementFacts) => Iterable<Finding>)[] = [
  unknownActions,
  allowsEverything,
  wildcardConnect,
  strayResources,
  strayActions,
  mqttWildcards,
  variables,
  conditionKeys,
];

const DOCUMENT_RULES: readonly ((statements: readonly StatementFacts[]) => Iterable<Finding>)[] = [
  duplicateSids,
  subscribeWithoutReceive,
  retainWithoutPublish,
  avoidableDenies,
];

/**
 * Warns of what the grammar allows and the author of a policy hardly means, in the order of the statements. Takes a
 * parsed document or its text; of a text the warnings know line and column. Throws `MalformedPolicy` as
 * `parsePolicyDocument` does.
 */
export function lintPolicyDocument(policy: PolicyDocument | string, options: LintOptions = {}): PolicyWarning[] {
  if (typeof policy !== 'string') return warnings(policy, options, placeInDocument);
  const document = parsePolicyDocument(policy);
  const root = parsePositionedJson(policy);
  return warnings(document, options, (finding) => placeInText(policy, root, finding));
}

function warnings(
  { statements }: PolicyDocument,
  { scope }: LintOptions,
  placeOf: (finding: Finding) => Pick<PolicyWarning, 'field' | 'line' | 'column'>,
): PolicyWarning[] {
  const facts = statements.map(readStatementFacts);
  const findings = [
    ...facts.flatMap((statement) => STATEMENT_RULES.flatMap((rule) => [...rule(statement)])),
    ...(scope === undefined ? [] : facts.flatMap((statement) => [...otherScope(statement, scope)])),
    ...DOCUMENT_RULES.flatMap((rule) => [...rule(facts)]),
  ];
  return findings
    .sort((a, b) => a.statementIndex - b.statementIndex)
    .map((finding) => {
      const { code, message, statementIndex } = finding;
      return { code, message, statementIndex, ...placeOf(finding) };
    });
}
