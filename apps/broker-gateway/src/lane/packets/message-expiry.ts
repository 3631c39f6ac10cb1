/** Whether a message is of no use any more [MQTT-3.3.2-5]; 0 never expires. */
export function isExpired(expiresAt: number, now: number): boolean {
  return expiresAt > 0 && expiresAt <= now;
}

/** The whole seconds that are left [MQTT-3.3.2-6]. AWS: Message expiry, 0 when less than a second is left. */
export function remainingSeconds(expiresAt: number, now: number): number {
  return Math.max(0, Math.floor((expiresAt - now) / 1_000));
}
