import { EventEmitter } from 'node:events';
import { type Denial, listDenialsAfter } from '#thingcore/contracts';
import { IotError } from '#thingcore/errors';
import { type IdGenerator, Logger } from '#thingcore/platform';
import { ErrorTranslator } from '../errors/error-translator.js';
import { FakeServices } from '../gateway.fixture.js';
import { anId } from '../registry.fixture.js';
import { ClientConnection, type ClientSocket } from '../requests/client-connection.js';
import { checkDenialFilter, type DenialFilter } from './denial.args.js';
import { DenialFeed } from './denial-feed.js';
import { aDenial, answerDenials } from './denial.fixture.js';

const logger = Logger.create({ service: 'test', level: 'silent', format: 'json' });

function feed(recorded: Denial[]) {
  const services = new FakeServices();
  answerDenials(services, recorded);
  const errors = new ErrorTranslator(logger, { uuid: () => 'id' } as IdGenerator);
  return { services, sut: new DenialFeed(services, errors, logger) };
}

const connect = () => new ClientConnection(new EventEmitter() as unknown as ClientSocket);

describe('DenialFeed', () => {
  it.each<[string, DenialFilter, string[]]>([
    ['everything without a filter', {}, ['d1', 'd2', 'd3', 'd4']],
    ['those of a thing', { thingName: 'lamp' }, ['d1', 'd2']],
    ['those of a certificate', { certificateId: anId('a') }, ['d1', 'd3']],
    ['those of a client', { clientId: 'lamp' }, ['d1', 'd3']],
    ['those that meet all that is given', { thingName: 'lamp', clientId: 'lamp' }, ['d1']],
  ])('brings %s, with the cursors to come back with', async (_name, filter, expected) => {
    const recorded: Denial[] = [];
    const { sut } = feed(recorded);
    const events = await sut.subscribe(connect(), filter);
    recorded.push(
      aDenial('d1'),
      aDenial('d2', { clientId: 'app', principal: anId('b') }),
      aDenial('d3', { thingName: undefined }),
      aDenial('d4', { thingName: 'door', clientId: 'door', principal: 'anonymous' }),
    );
    sut.wake();
    for (const id of expected) expect((await events.next()).value).toMatchObject({ id, cursor: id });
    await events.return?.();
    expect(sut.size).toBe(0);
  });

  it('goes on behind a cursor, and has the broker filter what is past', async () => {
    const { sut, services } = feed([aDenial('d1'), aDenial('d2'), aDenial('d3')]);
    const events = await sut.subscribe(connect(), { thingName: 'lamp' }, 'd1');
    expect([(await events.next()).value?.id, (await events.next()).value?.id]).toEqual(['d2', 'd3']);
    expect(services.requestsOf(listDenialsAfter)).toContainEqual({ thingName: 'lamp', after: 'd1' });
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
