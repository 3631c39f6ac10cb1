import { readFile } from 'node:fs/promises';
import { DemoError } from './demo-error.mjs';

/**
 * One line of the file.
 *
 * @typedef {object} Reading
 * @property {number} sequence from 1; it tells apart the readings of the hour that the clocks of the plant counted twice
 * @property {string} takenAt local time of the plant: `2013-12-02 21:15:00`
 * @property {number} temperature
 */

const FILE = new URL('data/machine_temperature_system_failure.csv', import.meta.url);
const LINE = /^(\d{4}-\d\d-\d\d \d\d:\d\d:\d\d),(-?\d+(?:\.\d+)?)$/;

/**
 * The readings of the machine, oldest first.
 *
 * @returns {Promise<Reading[]>}
 */
export async function loadReadings() {
  const [, ...lines] = (await readFile(FILE, 'utf8')).trimEnd().split(/\r?\n/);
  return lines.map((line, index) => {
    const match = LINE.exec(line);
    if (match === null) throw new DemoError(`Line ${index + 2} of ${FILE.pathname} is no reading: ${line}`);
    return { sequence: index + 1, takenAt: match[1], temperature: Number(match[2]) };
  });
}
