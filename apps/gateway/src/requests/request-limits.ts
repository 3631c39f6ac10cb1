/** How large one request may be. */
export const REQUEST_LIMITS = {
  /** Bytes of an HTTP body or a WebSocket message. */
  bodyBytes: 1024 * 1024,
  /** Words of a GraphQL document; data belongs into variables, which do not count. */
  tokens: 10_000,
  /** Fields inside each other. */
  depth: 12,
} as const;
