/** A question to a hook as it goes over the wire. */
export interface HookRequest {
  readonly url: URL;
  readonly body: string;
  readonly headers: Readonly<Record<string, string>>;
}

/** Answers are a few parameters; whoever sends more than this, in bytes, is no hook. */
const MAX_ANSWER_BYTES = 65_536;

/**
 * Asks a hook and reads its answer, all within `deadlineMs`. Rejects, with a text for the operator, when there is no
 * answer in time, it is no success, leads elsewhere, or is too large.
 */
export async function exchange({ url, body, headers }: HookRequest, deadlineMs: number): Promise<string> {
  // Of the whole exchange: a hook that sends its answer byte by byte is late as well.
  const signal = AbortSignal.timeout(deadlineMs);
  try {
    // Whoever is led elsewhere asks somebody whom no operator has named.
    const response = await fetch(url, { method: 'POST', headers, body, signal, redirect: 'manual' });
    const answer = await textOf(response);
    if (response.status !== 200) throw new Error(`it answered with the status ${response.status}`);
    const functionError = response.headers.get('x-amz-function-error');
    if (functionError !== null) throw new Error(`the function failed: ${functionError} ${answer.slice(0, 200)}`);
    return answer;
  } catch (error) {
    if (signal.aborted) throw new Error(`it did not answer within ${deadlineMs} ms`, { cause: error });
    throw new Error(reasonOf(error), { cause: error });
  }
}

async function textOf(response: Response): Promise<string> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of (response.body ?? []) as AsyncIterable<Uint8Array>) {
    size += chunk.byteLength;
    if (size > MAX_ANSWER_BYTES) throw new Error(`its answer is larger than ${MAX_ANSWER_BYTES} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

/** `fetch` says what went wrong in the cause of its error only. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error ? `${error.message}: ${error.cause.message}` : error.message;
}
