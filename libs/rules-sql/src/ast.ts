/** Comparison operators. */
export type CompareOperator = '=' | '<>' | '<' | '<=' | '>' | '>=';

/** Arithmetic operators. */
export type ArithmeticOperator = '+' | '-' | '*' | '/' | '%';

/** One step of a chain of operators of equal rank: `first op operand op operand ...`, from left to right. */
export interface ArithmeticStep {
  readonly operator: ArithmeticOperator;
  readonly operand: Expression;
}

/** One WHEN of a CASE. */
export interface CaseBranch {
  readonly when: Expression;
  readonly then: Expression;
}

/** A call; `name` in lower case, `offset` for errors found after parsing. */
export interface CallExpression {
  readonly kind: 'call';
  readonly name: string;
  readonly args: readonly Expression[];
  readonly offset: number;
}

/** The targets of CAST, after its aliases are resolved. `double` is a Decimal in double precision. */
export type CastTarget = 'string' | 'int' | 'double' | 'decimal' | 'boolean';

/**
 * An expression. Chains are flat (`operands`, `rest`, `names`), so the height of a tree grows only by nesting, which
 * the parser bounds: whoever walks a tree may recurse.
 */
export type Expression =
  | { readonly kind: 'literal'; readonly value: string | boolean | null }
  | { readonly kind: 'number'; readonly text: string }
  | { readonly kind: 'star' }
  | { readonly kind: 'variable'; readonly name: string; readonly offset: number }
  | { readonly kind: 'name'; readonly name: string }
  | { readonly kind: 'member'; readonly object: Expression; readonly names: readonly string[] }
  | { readonly kind: 'negate'; readonly operand: Expression }
  | { readonly kind: 'not'; readonly operand: Expression }
  | { readonly kind: 'logic'; readonly operator: 'AND' | 'OR'; readonly operands: readonly Expression[] }
  | {
      readonly kind: 'compare';
      readonly operator: CompareOperator;
      readonly left: Expression;
      readonly right: Expression;
    }
  | { readonly kind: 'arithmetic'; readonly first: Expression; readonly rest: readonly ArithmeticStep[] }
  | CallExpression
  | { readonly kind: 'cast'; readonly value: Expression; readonly target: CastTarget }
  | {
      readonly kind: 'case';
      readonly operand: Expression;
      readonly branches: readonly CaseBranch[];
      readonly otherwise: Expression | undefined;
    }
  | { readonly kind: 'array'; readonly elements: readonly Expression[] }
  | { readonly kind: 'object'; readonly members: readonly (readonly [key: string, value: Expression])[] }
  | { readonly kind: 'subselect'; readonly query: SubSelect };

/** One column: where it goes in the output (several names nest it), or undefined for the members of `*`. */
export interface SelectItem {
  readonly expression: Expression;
  readonly target: readonly string[] | undefined;
}

/** What follows SELECT. */
export type Selection =
  | { readonly kind: 'value'; readonly expression: Expression }
  | { readonly kind: 'items'; readonly items: readonly SelectItem[] };

/** A nested query over something in the current row. */
export interface SubSelect {
  readonly selection: Selection;
  readonly source: Expression;
  readonly where: Expression | undefined;
}

/** One variable of SET. */
export interface Assignment {
  readonly name: string;
  readonly value: Expression;
}

/** A whole rule statement; `topicFilter` is absent when the rule is reached through Basic Ingest only. */
export interface Statement {
  readonly assignments: readonly Assignment[];
  readonly selection: Selection;
  readonly topicFilter: string | undefined;
  readonly where: Expression | undefined;
}
