import {
  type ArithmeticOperator,
  type ArithmeticStep,
  type CaseBranch,
  type CompareOperator,
  type Expression,
} from './ast.js';
import { CAST_WORDS } from './cast.js';
import { type Dialect } from './dialect.js';
import { nearest } from './foreign-sql.js';
import { MAX_NESTING } from './limits.js';
import { SelectParser } from './parse-select.js';
import { type TokenStream } from './token-stream.js';
import { type Token } from './tokens.js';

const COMPARE_OPERATORS: ReadonlySet<string> = new Set<CompareOperator>(['=', '<>', '<', '<=', '>', '>=']);

/**
 * Recursive descent over the precedence levels, loosest first: OR, AND, NOT, comparison, sum, product, unary minus,
 * member access. Operators of one level are collected in a loop, so only real nesting costs stack, and that is bounded.
 */
export class ExpressionParser {
  readonly #tokens: TokenStream;
  readonly #dialect: Dialect;
  readonly #select: SelectParser;
  #depth = 0;

  constructor(tokens: TokenStream, dialect: Dialect) {
    this.#tokens = tokens;
    this.#dialect = dialect;
    this.#select = new SelectParser(tokens, { expression: () => this.expression(), postfix: () => this.#postfix() });
  }

  /** What follows SELECT, up to the word or mark that ends it. */
  selection(): ReturnType<SelectParser['selection']> {
    return this.#select.selection();
  }

  /** An expression of any rank. */
  expression(): Expression {
    if (++this.#depth > MAX_NESTING) {
      throw this.#tokens.error(
        this.#tokens.peek().start,
        `the expression is nested more than ${MAX_NESTING} levels deep; compute parts of it in SET variables`,
      );
    }
    const parsed = this.#logic('OR');
    this.#depth--;
    return parsed;
  }

  #logic(operator: 'AND' | 'OR'): Expression {
    const operands = [this.#logicOperand(operator)];
    while (this.#tokens.acceptKeyword(operator)) operands.push(this.#logicOperand(operator));
    const [only] = operands;
    return only !== undefined && operands.length === 1 ? only : { kind: 'logic', operator, operands };
  }

  #logicOperand(operator: 'AND' | 'OR'): Expression {
    return operator === 'OR' ? this.#logic('AND') : this.#not();
  }

  /** NOT applied many times equals NOT applied once or twice, so a long row of them costs no depth. */
  #not(): Expression {
    let count = 0;
    while (this.#tokens.acceptKeyword('NOT')) count++;
    const operand = this.#compare();
    if (count === 0) return operand;
    const once: Expression = { kind: 'not', operand };
    return count % 2 === 1 ? once : { kind: 'not', operand: once };
  }

  #compare(): Expression {
    const left = this.#sum();
    const operator = this.#compareOperator();
    if (operator === undefined) return left;
    const parsed: Expression = { kind: 'compare', operator, left, right: this.#sum() };
    const again = this.#tokens.peek();
    if (this.#compareOperator() !== undefined) {
      throw this.#tokens.error(again.start, 'comparisons do not chain; join two of them by AND, or use parentheses');
    }
    return parsed;
  }

  #compareOperator(): CompareOperator | undefined {
    const token = this.#tokens.peek();
    if (token.kind !== 'symbol' || !isCompareOperator(token.text)) return undefined;
    this.#tokens.next();
    return token.text;
  }

  #sum(): Expression {
    const first = this.#product();
    const rest: ArithmeticStep[] = [];
    for (let operator = this.#accept('+', '-'); operator; operator = this.#accept('+', '-')) {
      rest.push({ operator, operand: this.#product() });
    }
    return rest.length === 0 ? first : { kind: 'arithmetic', first, rest };
  }

  #product(): Expression {
    const first = this.#unary();
    const rest: ArithmeticStep[] = [];
    for (let operator = this.#accept('*', '/', '%'); operator; operator = this.#accept('*', '/', '%')) {
      rest.push({ operator, operand: this.#unary() });
    }
    return rest.length === 0 ? first : { kind: 'arithmetic', first, rest };
  }

  #accept(...operators: ArithmeticOperator[]): ArithmeticOperator | undefined {
    return operators.find((operator) => this.#tokens.acceptSymbol(operator));
  }

  #unary(): Expression {
    let count = 0;
    while (this.#tokens.acceptSymbol('-')) count++;
    const operand = this.#postfix();
    if (count === 0) return operand;
    const once: Expression = { kind: 'negate', operand };
    return count % 2 === 1 ? once : { kind: 'negate', operand: once };
  }

  #postfix(): Expression {
    const object = this.#primary();
    const names: string[] = [];
    while (this.#tokens.acceptSymbol('.')) {
      const token = this.#tokens.peek();
      if (token.kind !== 'word') {
        throw this.#tokens.unexpected('the name of a member after "."; for other names and for arrays use get()');
      }
      names.push(this.#tokens.next().text);
    }
    if (this.#tokens.atSymbol('[')) {
      throw this.#tokens.error(
        this.#tokens.peek().start,
        'there is no index by brackets: use get(array, 0) or get(object, "name")',
      );
    }
    return names.length === 0 ? object : { kind: 'member', object, names };
  }

  #primary(): Expression {
    const token = this.#tokens.peek();
    switch (token.kind) {
      case 'number':
        this.#tokens.next();
        return { kind: 'number', text: token.text };
      case 'string':
        this.#tokens.next();
        return { kind: 'literal', value: token.text };
      case 'variable':
        this.#tokens.next();
        return { kind: 'variable', name: token.text, offset: token.start };
      case 'word':
        return this.#word(token);
      case 'symbol':
        return this.#bracketed(token);
      case 'end':
        throw this.#tokens.unexpected('an expression');
    }
  }

  #bracketed(token: Token): Expression {
    switch (token.text) {
      case '*':
        this.#tokens.next();
        return { kind: 'star' };
      case '(':
        return this.#parenthesis();
      case '[':
        return this.#array();
      case '{':
        return this.#object();
      default:
        throw this.#tokens.unexpected('an expression');
    }
  }

  #word(token: Token & { kind: 'word' }): Expression {
    switch (token.keyword) {
      case 'NULL':
        this.#tokens.next();
        return { kind: 'literal', value: null };
      case 'TRUE':
      case 'FALSE':
        this.#tokens.next();
        return { kind: 'literal', value: token.keyword === 'TRUE' };
      case 'CASE':
        return this.#case();
      case 'SELECT':
        throw this.#tokens.error(token.start, 'a nested query stands in parentheses: (SELECT ... FROM path)');
      case undefined:
      case 'VALUE':
        this.#tokens.next();
        if (!this.#tokens.atSymbol('(')) return { kind: 'name', name: token.text };
        return token.text.toLowerCase() === 'cast' ? this.#cast() : this.#call(token);
      default:
        throw this.#tokens.unexpected('an expression');
    }
  }

  #parenthesis(): Expression {
    const open = this.#tokens.next();
    if (this.#tokens.atKeyword('SELECT')) return this.#nestedQuery(open);
    const inner = this.expression();
    this.#tokens.expectSymbol(')', 'to close the parenthesis');
    return inner;
  }

  #nestedQuery(open: Token): Expression {
    this.#require2016(open, 'a nested query');
    if (++this.#depth > MAX_NESTING)
      throw this.#tokens.error(open.start, `nested more than ${MAX_NESTING} levels deep`);
    const query = this.#select.subSelect();
    this.#depth--;
    this.#tokens.expectSymbol(')', 'to close the nested query');
    return { kind: 'subselect', query };
  }

  #call(name: Token): Expression {
    this.#tokens.expectSymbol('(', 'to open the arguments');
    const args = this.#list(')', 'to close the arguments');
    return { kind: 'call', name: name.text.toLowerCase(), args, offset: name.start };
  }

  #array(): Expression {
    this.#require2016(this.#tokens.next(), 'an array literal');
    return { kind: 'array', elements: this.#list(']', 'to close the array') };
  }

  /** Expressions between commas, up to and with the closing symbol. */
  #list(close: ')' | ']', purpose: string): Expression[] {
    const list: Expression[] = [];
    if (this.#tokens.acceptSymbol(close)) return list;
    do list.push(this.expression());
    while (this.#tokens.acceptSymbol(','));
    this.#tokens.expectSymbol(close, `or "," ${purpose}`);
    return list;
  }

  #object(): Expression {
    this.#require2016(this.#tokens.next(), 'an object literal');
    const members: [string, Expression][] = [];
    if (this.#tokens.acceptSymbol('}')) return { kind: 'object', members };
    do {
      if (this.#tokens.peek().kind !== 'string') throw this.#tokens.unexpected('a key in quotes');
      const key = this.#tokens.next().text;
      this.#tokens.expectSymbol(':', `after the key ${JSON.stringify(key)}`);
      members.push([key, this.expression()]);
    } while (this.#tokens.acceptSymbol(','));
    this.#tokens.expectSymbol('}', 'or "," to close the object');
    return { kind: 'object', members };
  }

  #case(): Expression {
    this.#tokens.next();
    if (this.#tokens.atKeyword('WHEN')) {
      const problem = 'CASE needs an operand; for a list of conditions write CASE true WHEN condition THEN ...';
      throw this.#tokens.error(this.#tokens.peek().start, problem);
    }
    const operand = this.expression();
    const branches: CaseBranch[] = [];
    while (this.#tokens.acceptKeyword('WHEN')) {
      const when = this.expression();
      this.#tokens.expectKeyword('THEN', 'after the value of WHEN');
      branches.push({ when, then: this.expression() });
    }
    if (branches.length === 0) throw this.#tokens.unexpected('WHEN after the operand of CASE');
    const otherwise = this.#tokens.acceptKeyword('ELSE') ? this.expression() : undefined;
    this.#tokens.expectKeyword('END', 'to close CASE');
    return { kind: 'case', operand, branches, otherwise };
  }

  #cast(): Expression {
    this.#tokens.expectSymbol('(', 'after cast');
    const value = this.expression();
    this.#tokens.expectKeyword('AS', 'and a type in cast(value AS type)');
    const token = this.#tokens.peek();
    const word = token.text.toLowerCase();
    const type = token.kind === 'word' ? CAST_WORDS.get(word) : undefined;
    if (type === undefined) {
      const near = token.kind === 'word' ? nearest(word, CAST_WORDS.keys()) : undefined;
      const hint = near === undefined ? '' : ` (did you mean ${near}?)`;
      throw this.#tokens.unexpected(`a type: String, Int, Decimal, Double or Boolean${hint}`);
    }
    if (type.since2016) this.#require2016(token, `cast to ${token.text}`);
    this.#tokens.next();
    this.#tokens.expectSymbol(')', 'to close cast');
    return { kind: 'cast', value, target: type.target };
  }

  #require2016(token: Token, what: string): void {
    if (this.#dialect.has2016Features) return;
    throw this.#tokens.error(
      token.start,
      `${what} needs awsIotSqlVersion 2016-03-23; the rule has ${this.#dialect.version}`,
    );
  }
}

function isCompareOperator(text: string): text is CompareOperator {
  return COMPARE_OPERATORS.has(text);
}
