import { IotError } from '#thingcore/errors';

/**
 * The tags of the header `x-amz-tagging`: `key1=value1&key2=value2`, percent-encoded where needed. Throws `InvalidRequest`
 * for a text that is none, or a key that is there twice.
 */
export function tagsOfHeader(header: string | undefined): Record<string, string> | undefined {
  if (header === undefined || header === '') return undefined;
  const pairs = header.split('&').map((pair) => {
    const at = pair.indexOf('=');
    if (at < 1) throw invalid(`'tags' must be key=value pairs with & between them, not '${header}'`);
    return [decoded(pair.slice(0, at)), decoded(pair.slice(at + 1))] as const;
  });
  const tags = Object.fromEntries(pairs);
  if (Object.keys(tags).length < pairs.length) throw invalid("'tags' has a key twice");
  return tags;
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '));
  } catch {
    throw invalid(`'tags' has '${text}', which is not properly percent-encoded`);
  }
}

function invalid(message: string): IotError {
  return new IotError('InvalidRequest', message, { details: { field: 'tags' } });
}
