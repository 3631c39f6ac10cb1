import { IotError } from '#thingcore/errors';
import { type IdGenerator, Logger } from '#thingcore/platform';
import { ErrorTranslator } from '../errors/error-translator.js';
import { ClientConnection, type ClientSocket } from '../requests/client-connection.js';
import { anId } from '../registry.fixture.js';
import { DenialFeed } from './denial-feed.js';
import { aDenial } from './denial.fixture.js';
import { checkDenialFilter, type DenialFilter } from './denial.args.js';

const logger = Logger.create({ service: 'test', level: 'silent', format: 'json' });

function feed() {
  let onClose: () => void = () => undefined;
  const socket: ClientSocket = {
    close: () => undefined,
    terminate: () => undefined,
    once: (_event, listener) => (onClose = listener),
    prependListener: () => undefined,
  };
  const sut = new DenialFeed(new ErrorTranslator(logger, { uuid: () => 'id' } as IdGenerator));
  const connection = new ClientConnection(socket);
  return { sut, connection, disconnect: () => onClose() };
}

describe('DenialFeed', () => {
  it.each<[string, DenialFilter, string[]]>([
    ['everything without a filter', {}, ['d1', 'd2', 'd3', 'd4']],
    ['those of a thing', { thingName: 'lamp' }, ['d1', 'd2']],
    ['those of a certificate', { certificateId: anId('a') }, ['d1', 'd3']],
    ['those of a client', { clientId: 'lamp' }, ['d1', 'd3']],
    ['those that meet all that is given', { thingName: 'lamp', clientId: 'lamp' }, ['d1']],
    ['nothing for a filter that nothing meets', { thingName: 'fan' }, []],
  ])('brings %s', async (_name, filter, expected) => {
    const { sut, connection } = feed();
    const queue = sut.subscribe(connection, filter);
    sut.announce([
      aDenial('d1'),
      aDenial('d2', { clientId: 'app', principal: anId('b') }),
      aDenial('d3', { thingName: undefined }),
      aDenial('d4', { thingName: 'door', clientId: 'door', principal: 'anonymous' }),
    ]);
    const brought = [];
    for (let count = 0; count < expected.length; count++) brought.push((await queue.next()).value?.id);
    expect(brought).toEqual(expected);
    queue.end();
    expect((await queue.next()).done).toBe(true);
  });

  it('forgets a subscription with its connection', () => {
    const { sut, connection, disconnect } = feed();
    sut.subscribe(connection, {});
    expect(sut.size).toBe(1);
    disconnect();
    expect(sut.size).toBe(0);
  });

  it('cuts a client that does not read, tells it, and goes on with the others', async () => {
    const { sut, connection } = feed();
    const slow = sut.subscribe(connection, {});
    const other = sut.subscribe(connection, { clientId: 'door' });
    for (let count = 0; count <= 256; count++) sut.announce([aDenial(`d${count}`)]);
    expect(sut.size).toBe(1);
    await expect(slow.next()).rejects.toMatchObject({ extensions: { code: 'Throttling', details: { waiting: 256 } } });
    sut.announce([aDenial('last', { clientId: 'door' })]);
    expect((await other.next()).value?.id).toBe('last');
  });
});

describe('checkDenialFilter', () => {
  it.each([
    ['the name of a thing', { thingName: 'a b' }, 'thing'],
    ['the id of a certificate', { certificateId: 'A' }, 'certificateId'],
    ['a client id', { clientId: 'x'.repeat(257) }, 'clientId'],
  ])('refuses what cannot be %s, by the name of the argument', (_name, filter, field) => {
    const error: unknown = (() => {
      try {
        return checkDenialFilter(filter);
      } catch (reason) {
        return reason;
      }
    })();
    expect(error).toBeInstanceOf(IotError);
    expect(error).toMatchObject({ code: 'InvalidRequest', details: { field } });
  });

  it('takes what can be', () => {
    expect(() => checkDenialFilter({ thingName: 'lamp', certificateId: anId('a'), clientId: '#' })).not.toThrow();
  });
});
