import { IotError, type JsonObject } from '#thingcore/errors';
import { DocumentFault, locate, parsePositionedJson, type JsonNode } from '#thingcore/policy';
import { MAX_NESTING, MAX_TEMPLATE_BYTES } from './limits.js';

/**
 * Reads a template's body and turns every `DocumentFault` of `read` into `InvalidRequest`: `details.field` is the place
 * in the document, and `details.line` and `details.column` (from 1) where it begins if the body is a text.
 */
export function readTemplateBody<T>(body: string | JsonObject, read: (root: JsonNode) => T): T {
  const text = typeof body === 'string' ? body : toText(body);
  try {
    assertReadable(text);
    return read(parsePositionedJson(text));
  } catch (fault) {
    if (!(fault instanceof DocumentFault)) throw fault;
    const { line, column } = locate(text, fault.at.offset);
    const isText = typeof body === 'string';
    const place = [isText ? `line ${line}, column ${column}` : '', fault.at.path].filter((part) => part !== '');
    throw new IotError('InvalidRequest', `${fault.message}${place.length === 0 ? '' : ` (${place.join(', ')})`}`, {
      details: { field: fault.at.path, ...(isText ? { line, column } : {}) },
    });
  }
}

/** Goes through text, so that an object is read by the same rules. */
function toText(body: JsonObject): string {
  try {
    return JSON.stringify(body);
  } catch (cause) {
    throw new IotError('InvalidRequest', 'The template is no JSON: it refers to itself or is nested too deeply', {
      details: { field: '' },
      cause,
    });
  }
}

/** Size and nesting are looked at before anything is parsed: a text of brackets would exhaust the stack. */
function assertReadable(text: string): void {
  const bytes = Buffer.byteLength(text, 'utf8');
  if (bytes > MAX_TEMPLATE_BYTES) {
    throw new DocumentFault(`The template has ${bytes} bytes; at most ${MAX_TEMPLATE_BYTES} are allowed`, {
      path: '',
      offset: 0,
    });
  }
  let depth = 0;
  for (const { 0: token, index } of text.matchAll(/"(?:[^"\\]|\\.)*"?|[[\]{}]/gs)) {
    if (token === '[' || token === '{') depth++;
    else if (token === ']' || token === '}') depth--;
    if (depth > MAX_NESTING) {
      throw new DocumentFault(`The template is nested more than ${MAX_NESTING} levels deep`, {
        path: '',
        offset: index,
      });
    }
  }
}
