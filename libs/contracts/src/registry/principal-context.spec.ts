import { principalContext } from './principal-context.js';

// AWS: Thing policy variables.
describe('principalContext', () => {
  it('has nothing of a thing when the connection is of none', () => {
    expect(principalContext({})).toEqual({ isAttached: false });
  });

  it.each([
    ['its name, type and attributes', 'pump', { thingTypeName: 'pump' }],
    ['no type when it has none', undefined, {}],
  ])('has of a thing %s', (_name, thingTypeName, expected) => {
    const thing = {
      thingName: 'pump-1',
      attributes: { site: 'a' },
      isExclusive: true,
      groupNames: ['line'],
      ...(thingTypeName === undefined ? {} : { thingTypeName }),
    };
    expect(principalContext({ thing })).toEqual({
      isAttached: true,
      thing: { thingName: 'pump-1', attributes: { site: 'a' }, ...expected },
    });
  });
});
