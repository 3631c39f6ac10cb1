import type { Principal } from '#thingcore/contracts';
import { RpcClient } from '#thingcore/transport';
import { PrincipalLookup } from './principal-lookup.js';

const principal = (certificateId: string) => ({ certificateId }) as Principal;

/** Answers questions when the test lets it. */
class HeldRpc extends RpcClient {
  readonly questions: { certificateId: string; clientId: string }[][] = [];
  readonly answers: (() => void)[] = [];
  failure: Error | undefined;

  override call(_contract: unknown, input: unknown): Promise<never> {
    const { connections } = input as { connections: { certificateId: string; clientId: string }[] };
    this.questions.push(connections);
    return new Promise((resolve, reject) =>
      this.answers.push(() => {
        if (this.failure !== undefined) reject(this.failure);
        const principals = connections.map(({ certificateId }) =>
          certificateId === 'unknown' ? null : principal(certificateId),
        );
        resolve({ principals } as never);
      }),
    );
  }
}

const turn = () => new Promise((resolve) => setImmediate(resolve));

describe('PrincipalLookup', () => {
  it('asks for all connections of one turn in one question, and tells each its own answer', async () => {
    const rpc = new HeldRpc();
    const lookup = new PrincipalLookup(rpc);
    const answers = Promise.all([lookup.resolve('a', '1'), lookup.resolve('unknown', '2'), lookup.resolve('c', '3')]);
    await turn();
    expect(rpc.questions).toEqual([
      [
        { certificateId: 'a', clientId: '1' },
        { certificateId: 'unknown', clientId: '2' },
        { certificateId: 'c', clientId: '3' },
      ],
    ]);
    rpc.answers[0]!();
    expect(await answers).toEqual([principal('a'), undefined, principal('c')]);
  });

  it.each([
    ['is too long for the name of a thing', 'x'.repeat(129)],
    ['has characters that no thing has', 'a\u0000b'],
    ['is not there yet', ''],
  ])('does not let a client id that %s spoil the question of others', async (_name, clientId) => {
    const rpc = new HeldRpc();
    void new PrincipalLookup(rpc).resolve('a', clientId);
    await turn();
    expect(rpc.questions).toEqual([[{ certificateId: 'a', clientId: '' }]]);
  });

  it('takes a storm in questions of 250, four at a time', async () => {
    const rpc = new HeldRpc();
    const lookup = new PrincipalLookup(rpc);
    const all = Promise.all(Array.from({ length: 2_000 }, (_, n) => lookup.resolve(`c${n}`, 'x')));
    await turn();
    expect(rpc.questions.map(({ length }) => length)).toEqual([250, 250, 250, 250]);
    for (let n = 0; n < 8; n++) {
      rpc.answers[n]!();
      await turn();
    }
    expect((await all).at(-1)).toEqual(principal('c1999'));
    expect(rpc.questions).toHaveLength(8);
  });

  it('gathers what comes while a question is on its way, and does not wait long for its answer', async () => {
    const rpc = new HeldRpc();
    const lookup = new PrincipalLookup(rpc);
    void lookup.resolve('first', 'x');
    await turn();
    for (const certificateId of ['a', 'b', 'c']) {
      void lookup.resolve(certificateId, 'x');
      await turn();
    }
    expect(rpc.questions).toHaveLength(1);
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(rpc.questions.map((question) => question.map(({ certificateId }) => certificateId))).toEqual([
      ['first'],
      ['a', 'b', 'c'],
    ]);
  });

  it('tells everybody who asked that the registry failed, and goes on', async () => {
    const rpc = new HeldRpc();
    const lookup = new PrincipalLookup(rpc);
    rpc.failure = new Error('away');
    const failed = Promise.allSettled([lookup.resolve('a', '1'), lookup.resolve('b', '1')]);
    await turn();
    rpc.answers[0]!();
    expect((await failed).map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    rpc.failure = undefined;
    const next = lookup.resolve('a', '1');
    await turn();
    rpc.answers[1]!();
    expect(await next).toEqual(principal('a'));
  });
});
