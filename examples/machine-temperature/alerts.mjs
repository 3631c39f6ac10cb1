/**
 * What the rule republishes about a reading outside the normal band.
 *
 * @typedef {import('./readings.mjs').Reading & { runId: string }} Alert
 */

/** Alerts of the machine that are further apart than this belong to different episodes. */
const EPISODE_GAP_MS = 24 * 60 * 60 * 1000;

/** The alerts of one run. QoS 1 may deliver one twice, so each reading counts once. */
export class AlertLog {
  /** @param {string} runId */
  constructor(runId) {
    this.runId = runId;
    /** @type {Map<number, Alert>} */
    this.bySequence = new Map();
  }

  get count() {
    return this.bySequence.size;
  }

  add(/** @type {Alert} */ alert) {
    if (alert?.runId === this.runId) this.bySequence.set(alert.sequence, alert);
  }

  /** The alerts in the order of their readings. */
  inOrder() {
    return [...this.bySequence.values()].sort((one, other) => one.sequence - other.sequence);
  }

  /** The alerts as the stretches of trouble that a person would speak of. */
  episodes() {
    /** @type {{ from: string, to: string, alerts: number, lowest: number, highest: number }[]} */
    const episodes = [];
    for (const { takenAt, temperature } of this.inOrder()) {
      const current = episodes.at(-1);
      if (current === undefined || instant(takenAt) - instant(current.to) > EPISODE_GAP_MS) {
        episodes.push({ from: takenAt, to: takenAt, alerts: 1, lowest: temperature, highest: temperature });
        continue;
      }
      current.to = takenAt;
      current.alerts++;
      current.lowest = Math.min(current.lowest, temperature);
      current.highest = Math.max(current.highest, temperature);
    }
    return episodes;
  }
}

function instant(/** @type {string} */ takenAt) {
  return Date.parse(`${takenAt.replace(' ', 'T')}Z`);
}
