import { type Expression, type SelectItem, type Selection, type SubSelect } from './ast.js';
import { type TokenStream } from './token-stream.js';

/** The two levels of expressions a selection is made of; they come from the expression parser, which knows selections. */
export interface ExpressionLevels {
  expression(): Expression;
  postfix(): Expression;
}

/** What may follow VALUE when it is the name of a field and not the keyword of SELECT VALUE. */
const AFTER_FIELD_NAME: ReadonlySet<string> = new Set([',', '.', ')', '+', '/', '%', '=', '<>', '<', '<=', '>', '>=']);

/** Parses what follows SELECT, and nested queries. */
export class SelectParser {
  readonly #tokens: TokenStream;
  readonly #levels: ExpressionLevels;
  /** Where VALUE turned out to be a field: a query around it may be read again, but each is so only once. */
  readonly #valueFields = new Set<number>();

  constructor(tokens: TokenStream, levels: ExpressionLevels) {
    this.#tokens = tokens;
    this.#levels = levels;
  }

  /** `VALUE expr`, or the columns. */
  selection(): Selection {
    if (this.#atValueKeyword()) {
      const { start } = this.#tokens.next();
      const mayBeField = this.#tokens.atSymbol('*') || this.#tokens.atSymbol('-');
      const expression = this.#levels.expression();
      if (!mayBeField || this.#atEndOfSelection()) return { kind: 'value', expression };
      // `value * 1.8 AS f` and `value - 32 AS c` compute with the field.
      this.#valueFields.add(start);
      this.#tokens.rewind(start);
    }
    const items: SelectItem[] = [];
    do items.push(this.#item(items.length + 1));
    while (this.#tokens.acceptSymbol(','));
    return { kind: 'items', items };
  }

  /** `SELECT ... FROM path [WHERE ...]` inside parentheses. */
  subSelect(): SubSelect {
    this.#tokens.expectKeyword('SELECT', 'to begin the nested query');
    const selection = this.selection();
    this.#tokens.expectKeyword('FROM', 'and the path of an array or object in the nested query');
    const source = this.#source();
    const where = this.#tokens.acceptKeyword('WHERE') ? this.#levels.expression() : undefined;
    return { selection, source, where };
  }

  /** `value` is a keyword only where an expression follows it: payloads often have a field of that name. */
  #atValueKeyword(): boolean {
    if (!this.#tokens.atKeyword('VALUE') || this.#valueFields.has(this.#tokens.peek().start)) return false;
    const after = this.#tokens.peekSecond();
    switch (after.kind) {
      case 'symbol':
        return !AFTER_FIELD_NAME.has(after.text);
      case 'word':
        return !['FROM', 'WHERE', 'AS', 'AND', 'OR'].includes(after.keyword ?? '');
      case 'end':
        return false;
      default:
        return true;
    }
  }

  #atEndOfSelection(): boolean {
    const { kind } = this.#tokens.peek();
    const isOver = kind === 'end' || this.#tokens.atSymbol(')');
    return isOver || this.#tokens.atKeyword('FROM') || this.#tokens.atKeyword('WHERE');
  }

  #item(position: number): SelectItem {
    const expression = this.#levels.expression();
    if (this.#tokens.acceptKeyword('AS')) return { expression, target: this.#alias() };
    return { expression, target: expression.kind === 'star' ? undefined : [columnName(expression, position)] };
  }

  /** A dotted alias nests the output. AWS: `SELECT foo.bar AS bar.baz`. */
  #alias(): string[] {
    const first = this.#tokens.peek();
    if (first.kind !== 'word' || (first.keyword !== undefined && first.keyword !== 'VALUE')) {
      throw this.#tokens.unexpected('a name after AS');
    }
    const alias = [this.#tokens.next().text];
    while (this.#tokens.acceptSymbol('.')) {
      if (this.#tokens.peek().kind !== 'word') throw this.#tokens.unexpected('a name after "." in the alias');
      alias.push(this.#tokens.next().text);
    }
    return alias;
  }

  #source(): Expression {
    const start = this.#tokens.peek();
    if (start.kind === 'string') {
      throw this.#tokens.unexpected('a path in the payload (only the FROM of the rule takes a topic filter)');
    }
    const source = this.#levels.postfix();
    const root = source.kind === 'member' ? source.object : source;
    if (root.kind !== 'name' && root.kind !== 'variable' && root.kind !== 'call') {
      throw this.#tokens.error(
        start.start,
        'a nested query reads FROM a path: a name, a variable or a call, with members after it',
      );
    }
    return source;
  }
}

/** The name of a column without AS; only the first two cases follow from the guide, the rest is ours. */
function columnName(expression: Expression, position: number): string {
  switch (expression.kind) {
    case 'name':
    case 'variable':
    case 'call':
      return expression.name;
    case 'member':
      return expression.names.at(-1) ?? `column${position}`;
    case 'cast':
    case 'case':
      return expression.kind;
    default:
      return `column${position}`;
  }
}
