import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { existsSync } from 'node:fs';
import { Failure } from '../failure.js';

/** A reading of the machine. */
export interface Reading {
  /** From 1. */
  readonly sequence: number;
  /** Local time of the plant. */
  readonly takenAt: string;
  readonly temperature: number;
}

const FILE = join('examples', 'machine-temperature', 'data', 'machine_temperature_system_failure.csv');

const LINE = /^(\d{4}-\d\d-\d\d \d\d:\d\d:\d\d),(-?\d+(?:\.\d+)?)$/;

/** The first readings of the example data. */
export async function loadReadings(limit: number): Promise<Reading[]> {
  return readingsOf(await readFile(findFile(), 'utf8'), limit);
}

/** The first readings of a text with a heading and a reading in each line. */
export function readingsOf(text: string, limit: number): Reading[] {
  const [, ...lines] = text.trimEnd().split(/\r?\n/);
  return lines.slice(0, limit).map((line, index) => {
    const [, takenAt, temperature] = LINE.exec(line) ?? [];
    if (takenAt !== undefined && temperature !== undefined) {
      return { sequence: index + 1, takenAt, temperature: Number(temperature) };
    }
    throw new Failure('InvalidData', `Line ${index + 2} of the example data is no reading: restore ${FILE}`);
  });
}

/** The data is beside the sources, some folders above what they are built into. */
function findFile(): string {
  for (let folder = dirname(fileURLToPath(import.meta.url)); ; folder = dirname(folder)) {
    if (existsSync(join(folder, FILE))) return join(folder, FILE);
    if (folder === dirname(folder)) throw new Failure('UnreadableFile', `${FILE} is not there: restore the checkout`);
  }
}
