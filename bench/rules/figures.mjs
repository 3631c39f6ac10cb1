// What is made of measurements.

/** The one in the middle. */
export function median(sample) {
  return [...sample].sort((one, other) => one - other)[Math.floor(sample.length / 2)];
}

/** The median of each figure of several rounds. */
export function mediansOf(rounds) {
  return Object.fromEntries(Object.keys(rounds[0]).map((name) => [name, median(rounds.map((round) => round[name]))]));
}

/** With two decimals. */
export function ratio(one, other) {
  return Math.round((one / other) * 100) / 100;
}
