import { jest } from '@jest/globals';
import {
  type NodeOperation,
  nodeOperationAnswered,
  nodeOperationRequested,
  type PayloadOf,
} from '#thingcore/contracts';
import { IotError } from '#thingcore/errors';
import { ContractPipe } from '#thingcore/transport';
import type { BrokerState } from '../state/broker-state.js';
import { NodeRequests } from './node-requests.js';

const OPERATION: NodeOperation = { kind: 'subscriptions', clientId: 'lamp' };

/** Nodes that hear each other's events, as JSON, and lose them when `isDeaf`. */
class Nodes {
  isDeaf = false;
  private ids = 0;
  private readonly requests = new Map<string, NodeRequests>();
  perform: (operation: NodeOperation) => Promise<undefined> = () => Promise.resolve(undefined);

  add(nodeId: string): NodeRequests {
    const events = { publish: (contract: unknown, payload: unknown) => this.hear(contract, payload) };
    const ids = { uuid: () => `request ${++this.ids}`, secret: () => 'secret' };
    const requests = new NodeRequests({ nodeId } as unknown as BrokerState, events, ids);
    this.requests.set(nodeId, requests);
    return requests;
  }

  private hear(contract: unknown, payload: unknown): Promise<void> {
    if (this.isDeaf) return Promise.resolve();
    const copy: unknown = JSON.parse(JSON.stringify(payload));
    for (const node of this.requests.values()) {
      if (contract === nodeOperationRequested) {
        const request = new ContractPipe(nodeOperationRequested).transform(copy) as PayloadOf<
          typeof nodeOperationRequested
        >;
        if (node.isForMe(request)) void node.answer(request, (operation) => this.perform(operation));
      } else {
        const answer = new ContractPipe(nodeOperationAnswered).transform(copy) as PayloadOf<
          typeof nodeOperationAnswered
        >;
        if (node.isForMe(answer)) node.answered(answer);
      }
    }
    return Promise.resolve();
  }
}

describe('NodeRequests', () => {
  let nodes: Nodes;
  let sut: NodeRequests;

  beforeEach(() => {
    nodes = new Nodes();
    sut = nodes.add('one');
    nodes.add('two');
  });

  it('asks the one node it is told to, and brings its answer', async () => {
    const performed: NodeOperation[] = [];
    nodes.perform = (operation) => {
      performed.push(operation);
      return Promise.resolve([{ topicFilter: 'a', qos: 1 }] as never);
    };
    expect(await sut.ask('two', OPERATION, 1_000)).toEqual([{ topicFilter: 'a', qos: 1 }]);
    expect(performed).toEqual([OPERATION]);
  });

  it('brings a refusal with its code and its details', async () => {
    nodes.perform = () => Promise.reject(new IotError('Forbidden', 'no', { details: { clientId: 'lamp' } }));
    await expect(sut.ask('two', OPERATION, 1_000)).rejects.toMatchObject({
      code: 'Forbidden',
      message: 'no',
      details: { clientId: 'lamp' },
    });
  });

  it('fails when no answer comes in time, and does not mind one that comes later', async () => {
    jest.useFakeTimers();
    try {
      nodes.isDeaf = true;
      const asked = sut.ask('two', OPERATION, 1_000);
      const failed = expect(asked).rejects.toMatchObject({ code: 'ServiceUnavailable', details: { nodeId: 'two' } });
      await jest.advanceTimersByTimeAsync(1_000);
      await failed;
      sut.answered({ requestId: 'request 1', to: 'one' });
      expect(jest.getTimerCount()).toBe(0);
    } finally {
      jest.useRealTimers();
    }
  });

  it('fails at once when the request cannot be sent', async () => {
    const broken = new NodeRequests(
      { nodeId: 'one' } as unknown as BrokerState,
      { publish: () => Promise.reject(new IotError('ServiceUnavailable', 'no Redis')) },
      { uuid: () => 'request', secret: () => 'secret' },
    );
    await expect(broken.ask('two', OPERATION, 60_000)).rejects.toMatchObject({ message: 'no Redis' });
  });
});
