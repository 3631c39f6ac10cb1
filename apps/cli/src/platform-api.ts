import { EXIT_CODES, Failure } from './failure.js';
import type { Instance } from './instance.js';

interface AnswerError {
  readonly message: string;
  readonly extensions?: { readonly code?: string; readonly details?: unknown };
}

interface Answer {
  readonly data?: unknown;
  readonly errors?: readonly AnswerError[];
}

/** The public API of a platform: GraphQL, and the files beside it. */
export class PlatformApi {
  constructor(readonly instance: Instance) {}

  /** Runs an operation and answers its data. Throws a {@link Failure} with the code of the first error. */
  async run<Data>(operation: string, variables: Record<string, unknown> = {}): Promise<Data> {
    const response = await this.fetch(this.instance.graphqlUrl, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ query: operation, variables }),
    });
    const answer = await answerOf(response);
    if (answer.errors !== undefined && answer.errors.length > 0) throw failureOf(answer.errors);
    return answer.data as Data;
  }

  /** Requests what is beside GraphQL, with the key. Throws a {@link Failure} unless it is there. */
  async request(path: string, init: RequestInit = {}): Promise<Response> {
    const response = await this.fetch(new URL(path, this.instance.graphqlUrl).href, init);
    if (response.ok) return response;
    const { errors = [] } = await answerOf(response);
    throw failureOf(errors);
  }

  private async fetch(url: string, init: RequestInit): Promise<Response> {
    const headers = { ...(init.headers as Record<string, string>), authorization: `Bearer ${this.instance.apiKey}` };
    try {
      return await fetch(url, { ...init, headers });
    } catch (error) {
      const { cause } = error as Error;
      const reason = cause instanceof Error ? cause.message || (cause as NodeJS.ErrnoException).code : String(error);
      throw new Failure(
        'Unreachable',
        `${new URL(url).origin} does not answer (${reason}): check that the platform runs, and --endpoint`,
        EXIT_CODES.unreachable,
      );
    }
  }
}

async function answerOf(response: Response): Promise<Answer> {
  const text = await response.text();
  try {
    return JSON.parse(text) as Answer;
  } catch {
    throw new Failure(
      'NoPlatform',
      `${response.url} answers ${response.status}, and not as the API of the platform does: check --endpoint`,
      EXIT_CODES.unreachable,
    );
  }
}

function failureOf([first]: readonly AnswerError[]): Failure {
  const code = first?.extensions?.code ?? 'UnexpectedFailure';
  const message = first?.message ?? 'The platform refused without saying why';
  const exitCode =
    code === 'UNAUTHENTICATED' || code === 'FORBIDDEN'
      ? EXIT_CODES.notAllowed
      : code === 'ServiceUnavailable'
        ? EXIT_CODES.unreachable
        : EXIT_CODES.failed;
  return new Failure(code, message, exitCode, first?.extensions?.details);
}
