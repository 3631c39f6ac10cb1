import { Writable } from 'node:stream';

interface Line {
  level: number;
  time: number;
  msg?: string;
  [field: string]: unknown;
}

const LABELS: readonly [number, string][] = [
  [50, 'error'],
  [40, 'warn '],
  [30, 'info '],
  [0, 'debug'],
];

/** Log lines as text for a person at a terminal: time, level, message, then the fields as `name=value`. */
export function pinoPretty(output: NodeJS.WritableStream = process.stdout): Writable {
  return new Writable({
    write(chunk: Buffer, _encoding, done) {
      output.write(format(JSON.parse(chunk.toString()) as Line));
      done();
    },
  });
}

function format({ level, time, msg, ...fields }: Line): string {
  const label = LABELS.find(([least]) => level >= least)?.[1] ?? 'debug';
  const { stack, ...rest } = fields;
  const details = Object.entries(rest).map(
    ([name, value]) => `${name}=${typeof value === 'string' ? value : JSON.stringify(value)}`,
  );
  const line = [new Date(time).toISOString().slice(11, 23), label, msg ?? '', ...details].join(' ');
  return typeof stack === 'string' ? `${line}\n${stack}\n` : `${line}\n`;
}
