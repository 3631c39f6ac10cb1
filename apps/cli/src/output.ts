import type { Failure } from './failure.js';

/** Where text goes: a terminal, a pipe, the memory of a test. */
export interface TextSink {
  write(text: string): unknown;
  readonly isTTY?: boolean;
}

/** What a command says: for people as lines, or for programs as one JSON document. */
export class Output {
  private lastProgress = '';

  constructor(
    private readonly out: TextSink,
    private readonly err: TextSink,
    readonly isJson: boolean,
  ) {}

  /** The result of a command: `data` for programs, `lines` for people. Once in each command. */
  result(data: unknown, lines: readonly string[]): void {
    this.endProgress();
    this.out.write(this.isJson ? `${JSON.stringify(data)}\n` : lines.map((line) => `${line}\n`).join(''));
  }

  /** Something to know on the way; programs get it on stderr as well. */
  note(line: string): void {
    if (this.isJson) return;
    this.endProgress();
    this.err.write(`${line}\n`);
  }

  /** How far it is: one line that is written over on a terminal, and lines that differ elsewhere. */
  progress(line: string): void {
    if (this.isJson || line === this.lastProgress) return;
    this.err.write(this.err.isTTY === true ? `\r\u001b[2K${line}` : `${line}\n`);
    this.lastProgress = line;
  }

  /** Why a command failed. */
  failure({ code, message, details }: Failure): void {
    this.endProgress();
    const error = { code, message, ...(details === undefined ? {} : { details }) };
    this.err.write(this.isJson ? `${JSON.stringify({ error })}\n` : `thingcore: ${message}\n`);
  }

  private endProgress(): void {
    if (this.lastProgress !== '' && this.err.isTTY === true) this.err.write('\n');
    this.lastProgress = '';
  }
}

/** Rows under their headings, in columns as wide as they must be. */
export function table(headings: readonly string[], rows: readonly (readonly string[])[]): string[] {
  const widths = headings.map((heading, column) =>
    Math.max(heading.length, ...rows.map((row) => row[column]?.length ?? 0)),
  );
  return [headings, ...rows].map((row) =>
    row
      .map((cell, column) => (column === row.length - 1 ? cell : cell.padEnd(widths[column] ?? 0)))
      .join('  ')
      .trimEnd(),
  );
}
