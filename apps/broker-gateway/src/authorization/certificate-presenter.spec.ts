import { Clock, Logger } from '#thingcore/platform';
import { RpcClient } from '#thingcore/transport';
import type { BrokerConfig } from '../broker.config.js';
import type { Peer } from '../connection.js';
import { CertificatePresenter } from './certificate-presenter.js';

class TestClock extends Clock {
  time = 0;

  override now(): number {
    return this.time;
  }
}

/** Keeps every call until the test answers it. */
class HeldRpc extends RpcClient {
  readonly presented: unknown[] = [];
  readonly answers: (() => void)[] = [];
  failure: Error | undefined;

  override call(_contract: unknown, input: unknown): Promise<never> {
    this.presented.push(input);
    return new Promise((resolve, reject) =>
      this.answers.push(() => (this.failure ? reject(this.failure) : resolve({ outcome: 'UNKNOWN' } as never))),
    );
  }

  answerAll(): void {
    for (const answer of this.answers.splice(0)) answer();
  }
}

const peer = (id: string, sourceIp = '192.0.2.1'): Peer => ({
  principal: id,
  sourceIp,
  certificate: { variables: { certificateId: id }, readPem: () => `PEM of ${id}` },
});

function makePresenter(newCertificatesPerSecond = 1) {
  const [rpc, clock] = [new HeldRpc(), new TestClock()];
  const logger = Logger.create({ service: 'test', level: 'silent', format: 'json' });
  const sut = new CertificatePresenter(rpc, clock, logger, { newCertificatesPerSecond } as BrokerConfig);
  return { rpc, clock, sut };
}

describe('CertificatePresenter', () => {
  it('shows the registry a certificate and answers what became of it', async () => {
    const { rpc, sut } = makePresenter();
    const answer = sut.present(peer('a'));
    rpc.answerAll();
    expect(await answer).toEqual({ outcome: 'UNKNOWN' });
    expect(rpc.presented).toEqual([{ certificatePem: 'PEM of a' }]);
  });

  it('shows a certificate once at a time, however many connections bring it', async () => {
    const { rpc, sut } = makePresenter();
    const answers = [sut.present(peer('a')), sut.present(peer('a', '192.0.2.2'))];
    expect(rpc.presented).toHaveLength(1);
    rpc.answerAll();
    expect(await Promise.all(answers)).toEqual([{ outcome: 'UNKNOWN' }, { outcome: 'UNKNOWN' }]);
    void sut.present(peer('a'));
    expect(rpc.presented).toHaveLength(2);
  });

  it('bounds what one address asks of the registry, and lets others through', async () => {
    const { rpc, clock, sut } = makePresenter();
    for (let n = 0; n < 30; n++) void sut.present(peer(`a${n}`));
    expect(rpc.presented).toHaveLength(10);
    expect(await sut.present(peer('b'))).toBeUndefined();
    void sut.present(peer('c', '192.0.2.2'));
    expect(rpc.presented).toHaveLength(11);
    clock.time = 1_000;
    void sut.present(peer('d'));
    void sut.present(peer('e'));
    expect(rpc.presented).toHaveLength(12);
  });

  it('takes all addresses of an IPv6 network for one', () => {
    const { rpc, sut } = makePresenter();
    for (let n = 0; n < 30; n++) void sut.present(peer(`a${n}`, `2001:db8::${n + 1}`));
    expect(rpc.presented).toHaveLength(10);
  });

  it('bounds what all addresses together ask at a time', () => {
    const { rpc, sut } = makePresenter();
    for (let n = 0; n < 100; n++) void sut.present(peer(`a${n}`, `192.0.2.${n}`));
    expect(rpc.presented).toHaveLength(32);
  });

  it('answers nothing when the registry fails', async () => {
    const { rpc, sut } = makePresenter();
    rpc.failure = new Error('away');
    const answer = sut.present(peer('a'));
    rpc.answerAll();
    expect(await answer).toBeUndefined();
  });
});
