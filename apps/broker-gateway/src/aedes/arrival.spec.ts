import type { Client, ConnectPacket } from 'aedes';
import { profileNamed } from '../profile/broker-profile.js';
import { applyRules, checkClientId } from './arrival.js';

const aws = profileNamed('aws');

/** The keep alive that aedes is told, which waits one and a half of it. */
function toldToAedes(changes: Partial<typeof aws>, keepalive: number): number | undefined {
  const packet = { keepalive } as ConnectPacket;
  applyRules({ ...aws, ...changes }, packet);
  return packet.keepalive;
}

describe('what a CONNECT asks for', () => {
  it('has the silence that the profile allows in force [MQTT-3.1.2-22]', () => {
    expect([
      toldToAedes({}, 60),
      toldToAedes({ keepAliveGrace: 3 }, 60),
      toldToAedes({ keepAliveGrace: 1 }, 60),
    ]).toEqual([60, 120, 40]);
    expect(toldToAedes({ keepAliveOfZeroSeconds: 0, keepAliveGrace: 3 }, 0)).toBe(0);
  });

  it.each([
    ['an empty client id of MQTT 3.1.1, where the profile has none', 4, '', false],
    ['an empty client id of MQTT 5', 5, '', true],
    ['a client id that begins with $', 5, '$c', false],
    ['any other', 4, 'c', true],
  ] as const)('is judged for %s', (_name, version, clientId, isAccepted) => {
    const judge = () => {
      const profile = { ...aws, acceptsEmptyClientIdV3: false };
      checkClientId(profile, { version } as unknown as Client, { clientId, isPersistent: false });
    };
    if (isAccepted) expect(judge).not.toThrow();
    else expect(judge).toThrow('client id');
  });
});
