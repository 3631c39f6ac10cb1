import { type Expression, type Selection, type SubSelect } from './ast.js';

type Node<Kind extends Expression['kind']> = Extract<Expression, { kind: Kind }>;

/** How tightly an expression binds; one that binds less than its place needs parentheses. */
const RANKS: Partial<Readonly<Record<Expression['kind'], number>>> = {
  logic: 1,
  not: 2,
  compare: 3,
  arithmetic: 4,
  negate: 5,
};
const TIGHT = 6;

/** An expression as SQL, in one spelling: what a person reads beside its value. */
export function expressionText(node: Expression): string {
  const write = WRITERS[node.kind] as (node: Expression) => string;
  return write(node);
}

function within(node: Expression, rank: number): string {
  const text = expressionText(node);
  return (RANKS[node.kind] ?? TIGHT) < rank ? `(${text})` : text;
}

/** Either quote may delimit a text; the one that is in it must not. */
function quoted(text: string): string {
  return text.includes("'") ? `"${text}"` : `'${text}'`;
}

function list(nodes: readonly Expression[]): string {
  return nodes.map(expressionText).join(', ');
}

function selectionText(selection: Selection): string {
  if (selection.kind === 'value') return `VALUE ${expressionText(selection.expression)}`;
  return selection.items
    .map(({ expression, target }) => {
      const text = expressionText(expression);
      const alias = target?.join('.');
      return alias === undefined || alias === text ? text : `${text} AS ${alias}`;
    })
    .join(', ');
}

function queryText({ selection, source, where }: SubSelect): string {
  const condition = where === undefined ? '' : ` WHERE ${expressionText(where)}`;
  return `(SELECT ${selectionText(selection)} FROM ${expressionText(source)}${condition})`;
}

/** + and -, then *, / and %: a chain holds operators of one rank. */
function arithmeticText({ first, rest }: Node<'arithmetic'>): string {
  const rank = 4;
  return rest.reduce(
    (text, { operator, operand }) => `${text} ${operator} ${within(operand, rank + 1)}`,
    first.kind === 'arithmetic' && isSum(first) ? `(${expressionText(first)})` : within(first, rank),
  );
}

function isSum({ rest }: Node<'arithmetic'>): boolean {
  return rest[0]?.operator === '+' || rest[0]?.operator === '-';
}

function caseText({ operand, branches, otherwise }: Node<'case'>): string {
  const whens = branches.map(({ when, then }) => ` WHEN ${expressionText(when)} THEN ${expressionText(then)}`).join('');
  return `CASE ${expressionText(operand)}${whens}${otherwise === undefined ? '' : ` ELSE ${expressionText(otherwise)}`} END`;
}

const WRITERS: { readonly [Kind in Expression['kind']]: (node: Node<Kind>) => string } = {
  literal: ({ value }) => (typeof value === 'string' ? quoted(value) : String(value)),
  number: ({ text }) => text,
  star: () => '*',
  variable: ({ name }) => `@${name}`,
  name: ({ name }) => name,
  member: ({ object, names }) => [within(object, TIGHT), ...names].join('.'),
  negate: ({ operand }) => `-${within(operand, 5)}`,
  not: ({ operand }) => `NOT ${within(operand, 2)}`,
  logic: ({ operator, operands }) => operands.map((operand) => within(operand, 2)).join(` ${operator} `),
  compare: ({ operator, left, right }) => `${within(left, 4)} ${operator} ${within(right, 4)}`,
  arithmetic: arithmeticText,
  call: ({ name, args }) => `${name}(${list(args)})`,
  cast: ({ value, target }) => `cast(${expressionText(value)} AS ${target})`,
  case: caseText,
  array: ({ elements }) => `[${list(elements)}]`,
  object: ({ members }) => `{${members.map(([key, value]) => `${quoted(key)}: ${expressionText(value)}`).join(', ')}}`,
  subselect: ({ query }) => queryText(query),
};

/** The expressions that an expression is made of, without those that are evaluated once for each row of a query. */
export function childrenOf(node: Expression): readonly Expression[] {
  switch (node.kind) {
    case 'member':
      return [node.object];
    case 'negate':
    case 'not':
      return [node.operand];
    case 'logic':
      return node.operands;
    case 'compare':
      return [node.left, node.right];
    case 'arithmetic':
      return [node.first, ...node.rest.map(({ operand }) => operand)];
    case 'call':
      return node.args;
    case 'cast':
      return [node.value];
    case 'case':
      return [
        node.operand,
        ...node.branches.flatMap(({ when, then }) => [when, then]),
        ...(node.otherwise === undefined ? [] : [node.otherwise]),
      ];
    case 'array':
      return node.elements;
    case 'object':
      return node.members.map(([, value]) => value);
    case 'subselect':
      return [node.query.source];
    default:
      return [];
  }
}
