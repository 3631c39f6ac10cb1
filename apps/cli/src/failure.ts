/** What a command ends with; programs rely on them, docs/command-line.md lists them. */
export const EXIT_CODES = {
  /** All was done. */
  ok: 0,
  /** The platform refused, or something on this machine failed. */
  failed: 1,
  /** The command line itself is at fault. */
  usage: 2,
  /** No platform answers. */
  unreachable: 3,
  /** The key is not valid, or its role is not enough. */
  notAllowed: 4,
  /** A bulk registration has ended, and some of its lines, or all, are not registered. */
  incomplete: 5,
} as const;

/** One of {@link EXIT_CODES}. */
export type ExitCode = (typeof EXIT_CODES)[keyof typeof EXIT_CODES];

/** Why a command did not do what was asked, for people: what happened, and what to do about it. */
export class Failure extends Error {
  override readonly name = 'Failure';

  constructor(
    /** For programs: a code of the API, or one of this program. */
    readonly code: string,
    message: string,
    readonly exitCode: ExitCode = EXIT_CODES.failed,
    /** What a program needs to react. */
    readonly details?: unknown,
  ) {
    super(message);
  }
}

/** The failure that something thrown is; what nobody foresaw is told in one line, too. */
export function toFailure(thrown: unknown): Failure {
  if (thrown instanceof Failure) return thrown;
  const error = thrown as NodeJS.ErrnoException;
  const code = error.code ?? 'UnexpectedFailure';
  return new Failure(code, error instanceof Error ? error.message : String(thrown));
}
