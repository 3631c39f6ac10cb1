import { jest } from '@jest/globals';
import { Clock, Logger, Metrics } from '#thingcore/platform';
import { type BrokerProfile, profileNamed } from '../profile/broker-profile.js';
import { BrokerRates } from './broker-rates.js';

class TestClock extends Clock {
  time = 1_000_000;
  override now(): number {
    return this.time;
  }
}

describe('BrokerRates', () => {
  const clock = new TestClock();
  const logger = Logger.create({ service: 'test', level: 'silent', format: 'json' });
  const ratesWith = (changes: Partial<BrokerProfile>, name: 'aws' | 'mqtt' = 'aws') =>
    new BrokerRates({ ...profileNamed(name), ...changes }, clock, logger, new Metrics());
  const times = (count: number, work: () => unknown) => Array.from({ length: count }, work);

  describe('of sockets', () => {
    it('lets so many handshakes of one address go on at a time', () => {
      const rates = ratesWith({ handshakesPerAddress: 2 });
      expect(times(3, () => rates.admitSocket('192.0.2.1'))).toEqual([true, true, false]);
      expect(rates.admitSocket('192.0.2.2')).toBe(true);
      rates.socketSettled('192.0.2.1');
      expect(times(2, () => rates.admitSocket('192.0.2.1'))).toEqual([true, false]);
    });

    it('takes a /64 network of IPv6 for one address', () => {
      const rates = ratesWith({ handshakesPerAddress: 1 });
      const addresses = ['2001:db8::1', '2001:db8::2', '2001:db8:0:1::1'];
      expect(addresses.map((address) => rates.admitSocket(address))).toEqual([true, false, true]);
    });

    it('lets so many handshakes of all go on at a time', () => {
      const rates = ratesWith({ handshakes: 2 });
      expect(['192.0.2.1', '192.0.2.2', '192.0.2.3'].map((address) => rates.admitSocket(address))).toEqual([
        true,
        true,
        false,
      ]);
    });

    it('lets so many sockets of one address come in a second', () => {
      const rates = ratesWith({ socketsPerSecondPerAddress: 5 });
      const knock = () => {
        const isAdmitted = rates.admitSocket('192.0.2.1');
        if (isAdmitted) rates.socketSettled('192.0.2.1');
        return isAdmitted;
      };
      expect(times(10, knock).filter(Boolean)).toHaveLength(5);
      clock.time += 400;
      expect(times(10, knock).filter(Boolean)).toHaveLength(2);
    });

    it('never counts below nothing', () => {
      const rates = ratesWith({ handshakes: 1 });
      rates.socketSettled('192.0.2.1');
      expect(times(2, () => rates.admitSocket('192.0.2.1'))).toEqual([true, false]);
    });
  });

  describe('of sockets that are silent', () => {
    it('lets so many of one address wait for their CONNECT, and begins no handshake for more', () => {
      const rates = ratesWith({ silentSocketsPerAddress: 1 });
      const peer = { sourceIp: '192.0.2.1' };
      expect([rates.mayWait(peer), rates.mayWait({ ...peer }), rates.admitSocket('192.0.2.1')]).toEqual([
        true,
        false,
        false,
      ]);
      rates.peerSpoke(peer);
      expect([rates.admitSocket('192.0.2.1'), rates.mayWait({ ...peer })]).toEqual([true, true]);
    });
  });

  describe('of CONNECTs', () => {
    // AWS IoT quotas, connect requests per second per client ID
    it('lets a client id connect once a second with aws, three times at once, and as often as it likes with mqtt', () => {
      const [aws, mqtt] = [ratesWith({}), ratesWith({ flappingConnects: 1_000 }, 'mqtt')];
      expect(times(4, () => aws.admitConnect('a', 0)?.code)).toEqual([undefined, undefined, undefined, 'Throttling']);
      expect(aws.admitConnect('b', 0)).toBeUndefined();
      expect(times(50, () => mqtt.admitConnect('a', 0)).every((refusal) => refusal === undefined)).toBe(true);
      clock.time += 1_000;
      expect(times(2, () => aws.admitConnect('a', 0)?.code)).toEqual([undefined, 'Throttling']);
    });

    it('lets in as many connections as there may be, and as many a second', () => {
      const rates = ratesWith({ connections: 10, connectsPerSecond: 2 });
      expect(rates.admitConnect('a', 10)?.message).toBe(
        'This node has 10 connections, which is all it may have: try again later',
      );
      expect(['a', 'b', 'c'].map((clientId) => rates.admitConnect(clientId, 9)?.code)).toEqual([
        undefined,
        undefined,
        'Throttling',
      ]);
    });

    it('tells once of a client id that flaps, and refuses it as long as it shall rest', () => {
      const warn = jest.spyOn(logger, 'warn');
      const connectFor = (rates: BrokerRates, seconds: number) =>
        times(seconds, () => {
          clock.time += 1_000;
          return rates.admitConnect('twin', 0) === undefined;
        }).filter(Boolean).length;
      expect(connectFor(ratesWith({ flappingConnects: 5 }), 50)).toBe(50);
      expect(warn).toHaveBeenCalledTimes(1);
      const resting = ratesWith({ flappingConnects: 5, flappingRestSeconds: 30 });
      expect(connectFor(resting, 30)).toBe(5);
      expect(warn).toHaveBeenCalledTimes(2);
      clock.time += 30_000;
      expect(resting.admitConnect('twin', 0)).toBeUndefined();
    });
  });

  describe('of messages', () => {
    // AWS IoT quotas, publish requests per second per connection
    it('makes a connection wait that publishes more than 100 messages a second with aws', () => {
      const connection = ratesWith({}).openConnection();
      expect(times(99, () => connection.takePublish(10)).every((wait) => wait === 0)).toBe(true);
      expect(times(3, () => connection.takePublish(10))).toEqual([1, 11, 21]);
    });

    // AWS IoT quotas, throughput per second per connection
    it('makes a connection wait that publishes more than 512 KB a second with aws', () => {
      const connection = ratesWith({}).openConnection();
      expect(times(5, () => connection.takePublish(131_072))).toEqual([0, 0, 0, 1, 251]);
    });

    it('makes all wait when all together publish too much', () => {
      const rates = ratesWith({ publishesPerSecondOfAll: 2 });
      const [one, other] = [rates.openConnection(), rates.openConnection()];
      expect([one.takePublish(1), other.takePublish(1), one.takePublish(1)]).toEqual([0, 1, 501]);
    });

    it('counts a delivery only when it may be made', () => {
      const connection = ratesWith({ deliveriesPerSecond: 2 }).openConnection();
      expect(times(4, () => connection.tryDelivery(10))).toEqual([0, 0, 1, 1]);
      clock.time += 500;
      expect(connection.tryDelivery(10)).toBe(0);
    });

    it('refuses a request beyond the rate and does not count it', () => {
      const connection = ratesWith({ publishesPerSecond: 1 }).openConnection();
      expect(times(3, () => connection.tryPublish(10))).toEqual([0, 1, 1]);
    });

    // AWS IoT, MQTT persistent sessions: stored messages are sent at 10 a second
    it('paces stored messages to 10 a second with aws', () => {
      const connection = ratesWith({}).openConnection();
      const sent = () => times(50, () => connection.tryStoredDelivery(10)).filter((wait) => wait === 0).length;
      expect(sent()).toBe(10);
      clock.time += 1_001;
      expect(sent()).toBe(10);
    });

    it('slows down nobody with mqtt', () => {
      const connection = ratesWith({}, 'mqtt').openConnection();
      expect(times(10_000, () => connection.takePublish(1e6) + connection.tryStoredDelivery(1e6))).toEqual(
        times(10_000, () => 0),
      );
    });
  });

  describe('of provisioning', () => {
    // AWS IoT quotas, fleet provisioning: 10, 20 and 10 requests a second
    it.each([
      ['create-keys-and-certificate', 10],
      ['create-certificate-from-csr', 20],
      ['register-thing', 10],
    ] as const)('takes of %s as many as it may in a second', (operation, perSecond) => {
      const rates = ratesWith({});
      const admitted = () => times(50, () => rates.admitProvisioning(operation)).filter((one) => one === undefined);
      expect(admitted()).toHaveLength(perSecond);
      clock.time += 1_000;
      expect(admitted()).toHaveLength(perSecond);
      expect(rates.admitProvisioning(operation)).toMatchObject({ code: 'Throttling' });
    });
  });

  describe('of retained messages', () => {
    // AWS IoT quotas, retained publishes per second per topic
    it('takes one a second for each topic with aws, three at once', () => {
      const rates = ratesWith({});
      expect(['a', 'a', 'a', 'a', 'b'].map((topic) => rates.admitRetained(topic)?.code)).toEqual([
        undefined,
        undefined,
        undefined,
        'Throttling',
        undefined,
      ]);
    });

    it('answers as many questions as it may', () => {
      const rates = ratesWith({ retainedReadsPerSecond: 1, retainedListsPerSecond: 1 });
      expect(times(2, () => rates.admitRetainedRead()?.code)).toEqual([undefined, 'Throttling']);
      expect(times(2, () => rates.admitRetainedList()?.code)).toEqual([undefined, 'Throttling']);
    });
  });
});
