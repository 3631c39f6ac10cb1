/** AWS: "Provisioning template size", in bytes of UTF-8; white space counts. */
export const MAX_TEMPLATE_BYTES = 10_240;

/** Deepest nesting of arrays and objects; a bound of ours that keeps every recursion shallow. */
export const MAX_NESTING = 32;

/** The characters that all functions of one resolution may produce together: joins of splits multiply quickly. */
export const MAX_PRODUCED_CHARACTERS = 1024 * 1024;
