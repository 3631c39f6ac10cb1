import { IotError } from '#thingcore/errors';
import { checkTopicFilter, STANDARD_TOPIC_LIMITS } from '#thingcore/topics';
import { type Assignment, type Statement } from './ast.js';
import { type Dialect } from './dialect.js';
import { MAX_STATEMENT_LENGTH, MAX_VARIABLES } from './limits.js';
import { ExpressionParser } from './parse-expression.js';
import { TokenStream } from './token-stream.js';

/** Parses a rule statement: `[SET ...] SELECT ... [FROM 'filter'] [WHERE ...]`. Throws `SqlParse`. */
export function parseStatement(sql: string, dialect: Dialect): Statement {
  refuseTooLong(sql, 'statement');
  const tokens = new TokenStream(sql);
  const expressions = new ExpressionParser(tokens, dialect);
  const assignments = parseAssignments(tokens, expressions);
  tokens.expectKeyword('SELECT', 'to begin the statement');
  const selection = expressions.selection();
  const topicFilter = parseTopicFilter(tokens);
  const where = tokens.acceptKeyword('WHERE') ? expressions.expression() : undefined;
  refuseRest(tokens, topicFilter === undefined, where === undefined);
  return { assignments, selection, topicFilter, where };
}

/** Refuses a text over the limit before any work is spent on it. */
export function refuseTooLong(text: string, what: string): void {
  if (text.length <= MAX_STATEMENT_LENGTH) return;
  const problem = `The ${what} has ${text.length} characters; at most ${MAX_STATEMENT_LENGTH} are allowed`;
  throw new IotError('SqlParse', problem, { details: { line: 1, column: 1 } });
}

/** AWS: one SET clause before SELECT, each variable assigned once, at most ten of them. */
function parseAssignments(tokens: TokenStream, expressions: ExpressionParser): Assignment[] {
  const assignments: Assignment[] = [];
  if (!tokens.acceptKeyword('SET')) return assignments;
  do {
    const token = tokens.peek();
    if (token.kind !== 'variable') throw tokens.unexpected('a variable such as @name after SET');
    tokens.next();
    if (assignments.some(({ name }) => name === token.text)) {
      throw tokens.error(
        token.start,
        `the variable @${token.text} is assigned twice; give the second one another name`,
      );
    }
    if (assignments.length === MAX_VARIABLES) {
      throw tokens.error(token.start, `a statement sets at most ${MAX_VARIABLES} variables`);
    }
    tokens.expectSymbol('=', `after @${token.text}`);
    assignments.push({ name: token.text, value: expressions.expression() });
  } while (tokens.acceptSymbol(','));
  if (tokens.atKeyword('SET')) {
    throw tokens.error(tokens.peek().start, 'a statement has one SET clause; separate its assignments by commas');
  }
  return assignments;
}

/** The filter in the form that MQTT allows. How long and how deep it may be is for the broker's dialect to say. */
function parseTopicFilter(tokens: TokenStream): string | undefined {
  if (!tokens.acceptKeyword('FROM')) return undefined;
  const token = tokens.peek();
  if (token.kind !== 'string') throw tokens.unexpected('a topic filter in single quotes after FROM');
  const wrong = checkTopicFilter(token.text, STANDARD_TOPIC_LIMITS);
  if (wrong !== undefined) throw tokens.error(token.start, wrong);
  return tokens.next().text;
}

function refuseRest(tokens: TokenStream, mayHaveFrom: boolean, mayHaveWhere: boolean): void {
  const token = tokens.peek();
  if (token.kind === 'end') return;
  if (tokens.atKeyword('FROM')) throw tokens.error(token.start, 'FROM stands before WHERE, and only once');
  const clauses = [mayHaveFrom && mayHaveWhere ? 'FROM' : '', mayHaveWhere ? 'WHERE' : ''].filter((clause) => clause);
  const expected = mayHaveWhere && mayHaveFrom ? ['","', 'AS', ...clauses] : clauses;
  throw tokens.unexpected([...expected, 'the end of the statement'].join(' or '));
}
