import { CompiledCondition } from './compiled-condition.js';
import { BoundStatement, type ResourcePattern, type Statement, type StatementReference } from './bound-statement.js';
import { compileGlob, type Glob, parseGlob } from './glob.js';
import { variableValue } from './context-keys.js';
import { type PolicyContext } from './policy-context.js';
import { type PolicyStatement } from './policy-document.js';
import { parseTemplate, resolveTemplate, type Template, textOf, variablesOf } from './template.js';

/** A resource of the document: as it is spelled, and taken apart. */
export interface ResourceTemplate {
  readonly pattern: string;
  readonly template: Template;
}

/** A statement of a policy, prepared for any context. */
export class CompiledStatement implements Statement {
  readonly reference: StatementReference;
  readonly exceptResources: boolean;
  readonly actions: readonly string[];
  readonly conditions: readonly CompiledCondition[];
  readonly variables: readonly string[];
  /** What the statement asks of a context: the keys of its conditions and its variables, each once. */
  readonly contextKeys: readonly string[];
  private readonly actionGlobs: readonly Glob[];
  private readonly resources: readonly ResourceTemplate[];
  /** The statement bound to any context at all, when it asks for nothing of the context. */
  private readonly contextFree: BoundStatement | undefined;

  constructor(policyName: string, index: number, statement: PolicyStatement) {
    const { sid, effect, actions, resources, exceptResources, conditions } = statement;
    this.reference = { policyName, index, ...(sid === undefined ? {} : { sid }), effect };
    this.exceptResources = exceptResources;
    this.actions = actions;
    // IAM: the names of actions are case-insensitive.
    this.actionGlobs = actions.map((action) => compileGlob(parseGlob(action.toLowerCase())));
    this.conditions = conditions.map((condition) => new CompiledCondition(condition));
    this.resources = resources.map((pattern) => ({ pattern, template: parseTemplate(pattern) }));
    this.variables = [
      ...new Set([
        ...this.resources.flatMap(({ template }) => variablesOf(template)),
        ...this.conditions.flatMap((condition) => condition.variables),
      ]),
    ];
    this.contextKeys = [...new Set([...conditions.map(({ key }) => key), ...this.variables])];
    this.contextFree = this.contextKeys.length === 0 ? this.bindTo({}) : undefined;
  }

  matchesAction(action: string): boolean {
    const wanted = action.toLowerCase();
    return this.actionGlobs.some((glob) => glob.matches(wanted));
  }

  /** Fills in the variables and judges the conditions. */
  bind(context: PolicyContext): BoundStatement {
    return this.contextFree ?? this.bindTo(context);
  }

  private bindTo(context: PolicyContext): BoundStatement {
    const failed = this.conditions.map((condition) => condition.evaluate(context)).find(({ holds }) => !holds);
    const patterns = this.resources.map(({ pattern, template }): ResourcePattern => {
      const resolution = resolveTemplate(template, (name) => variableValue(context, name));
      if (resolution.kind === 'unresolved') return { pattern, unresolvedVariable: resolution.variable };
      return { pattern, resolved: textOf(resolution.tokens), glob: compileGlob(resolution.tokens) };
    });
    return new BoundStatement(this, patterns, failed);
  }
}
