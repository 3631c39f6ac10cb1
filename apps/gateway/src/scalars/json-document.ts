import type { JsonValue } from '#thingcore/errors';

/** The text of a document that may be given as JSON, or as the text of JSON, which keeps its order and its numbers. */
export function textOfDocument(document: JsonValue): string {
  return typeof document === 'string' ? document : JSON.stringify(document);
}

/** The JSON of a document whose text a service has checked when it was given. */
export function jsonOfText(text: string): JsonValue {
  return JSON.parse(text) as JsonValue;
}
