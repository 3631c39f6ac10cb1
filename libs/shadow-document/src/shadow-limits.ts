/** The limits of one shadow. AWS: IoT Core quotas, "Device Shadow". */
export interface ShadowLimits {
  /** Bytes of UTF-8 that the merged `desired` and `reported` sections may take together as compact JSON. */
  readonly maxDocumentBytes: number;
  /** How deep objects and arrays may nest in a section; the section's own object is level 1. */
  readonly maxDepth: number;
  /** Bytes of UTF-8 of a client token. */
  readonly maxClientTokenBytes: number;
}

/**
 * The defaults of AWS IoT Core. Its error text speaks of 6 levels while its quota table has said 5, 6 and lately 8:
 * 8 refuses no document that any of them accepts.
 */
export const SHADOW_LIMITS: ShadowLimits = { maxDocumentBytes: 8192, maxDepth: 8, maxClientTokenBytes: 64 };
