import { GraphQLError, GraphQLScalarType, Kind } from 'graphql';

/** ISO 8601 with seconds and a time zone, as RFC 3339 has it. */
const RFC_3339 = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d{1,9})?(Z|[+-]\d{2}:\d{2})$/;

/** A moment: text outside, milliseconds since the epoch inside. */
export const DateTimeScalar = new GraphQLScalarType<number, string>({
  name: 'DateTime',
  description: 'A moment as RFC 3339 writes it, in UTC with milliseconds: 2024-05-17T09:30:00.000Z.',
  specifiedByURL: 'https://www.rfc-editor.org/rfc/rfc3339',
  serialize: (value) => {
    if (typeof value !== 'number') throw new TypeError(`A DateTime is made of milliseconds, not of ${typeof value}`);
    return new Date(value).toISOString();
  },
  parseValue: (value) => momentOf(value),
  parseLiteral: (node) => momentOf(node.kind === Kind.STRING ? node.value : undefined),
});

function momentOf(value: unknown): number {
  const milliseconds = typeof value === 'string' && RFC_3339.test(value) ? Date.parse(value) : NaN;
  if (Number.isNaN(milliseconds)) {
    throw new GraphQLError(
      `${JSON.stringify(value) ?? 'This value'} is no DateTime: write it as in 2024-05-17T09:30:00Z`,
    );
  }
  return milliseconds;
}
