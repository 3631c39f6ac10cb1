/** How large one request may be. */
export const REQUEST_LIMITS = {
  /** Bytes of an HTTP body or a WebSocket message. */
  bodyBytes: 1024 * 1024,
  /** Characters of a GraphQL document: the server remembers some hundred of them. */
  characters: 100_000,
  /** Documents that the server remembers with what it made of them. */
  documents: 512,
  /** Words of a GraphQL document; data belongs into variables, which do not count. */
  tokens: 10_000,
  /** Brackets inside each other in a GraphQL document: room for fields and for JSON written into the document. */
  nesting: 256,
  /** Fields inside each other. */
  depth: 12,
  /** Fields at the top of an operation, each of which is a piece of work: mutations run one after the other. */
  rootFields: { query: 100, mutation: 30, subscription: 1 },
  /** Objects and arrays inside each other in an argument. */
  argumentDepth: 128,
} as const;
