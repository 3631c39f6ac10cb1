// The evaluator that comes to mind first, and that emulators have: each decision looks at every statement, replaces the
// variables and builds a regular expression for every pattern. It knows the operators that the bench uses.
const escaped = (text) => text.replace(/[.+^${}()|[\]\\/]/g, '\\$&');
const fill = (text, context) => text.replace(/\$\{([^}]*)\}/g, (whole, name) => context[name] ?? whole);
const listOf = (value) => (Array.isArray(value) ? value : [value]);

function isLike(pattern, text) {
  return new RegExp(`^${escaped(pattern).replaceAll('*', '.*').replaceAll('?', '.')}$`, 's').test(text);
}

function isInRange(range, address) {
  const toNumber = (text) => text.split('.').reduce((value, octet) => value * 256 + Number(octet), 0);
  const [base, bits] = range.split('/');
  const size = 2 ** (32 - Number(bits ?? 32));
  return Math.floor(toNumber(base) / size) === Math.floor(toNumber(address) / size);
}

const OPERATORS = {
  Bool: (actual, values) => values.includes(actual),
  StringNotEquals: (actual, values) => !values.includes(actual),
  IpAddress: (actual, values) => actual !== undefined && values.some((range) => isInRange(range, actual)),
};

/** Decides by the statements of documents. */
export function decideNaively(documents, context, action, resource) {
  let decision = 'IMPLICIT_DENY';
  for (const statement of documents.flatMap((document) => document.Statement)) {
    const matches =
      listOf(statement.Action).some((pattern) => isLike(pattern, action)) &&
      listOf(statement.Resource).some((pattern) => isLike(fill(pattern, context), resource)) &&
      Object.entries(statement.Condition ?? {}).every(([operator, keys]) =>
        Object.entries(keys).every(([key, values]) => OPERATORS[operator](context[key], listOf(values))),
      );
    if (matches && statement.Effect === 'Deny') return 'EXPLICIT_DENY';
    if (matches) decision = 'ALLOWED';
  }
  return decision;
}
