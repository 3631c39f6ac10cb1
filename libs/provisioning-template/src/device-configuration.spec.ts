import { expectRefusal, planOf, type Refusal } from './templates.fixture.js';

describe('the device configuration', () => {
  it('is a flat object of any values and functions', () => {
    const deviceConfiguration = {
      text: 'a',
      number: 1.5,
      flag: false,
      nothing: null,
      list: ['a', 1, { Ref: 'Zone' }],
      computed: { 'Fn::Sub': '${Serial}!' },
      split: { 'Fn::Split': [',', 'a,b'] },
    };
    expect(planOf({ deviceConfiguration }).deviceConfiguration).toEqual({
      ...deviceConfiguration,
      list: ['a', 1, 'north'],
      computed: '800!',
      split: ['a', 'b'],
    });
  });

  it.each<Refusal>([
    {
      name: 'an object in it',
      parts: { deviceConfiguration: { a: { b: 1 } } },
      field: 'DeviceConfiguration.a',
      says: '"a" in "DeviceConfiguration" must be flat',
    },
    {
      name: 'an object in a list',
      parts: { deviceConfiguration: { a: [{ b: 1 }] } },
      field: 'DeviceConfiguration.a[0]',
      says: 'flat',
    },
    {
      name: 'a list in a list',
      parts: { deviceConfiguration: { a: [1, []] } },
      field: 'DeviceConfiguration.a[1]',
      says: 'flat',
    },
    { name: 'a list', parts: { deviceConfiguration: [] }, field: 'DeviceConfiguration', says: 'must be an object' },
    {
      name: 'a function for all of it',
      parts: { deviceConfiguration: { Ref: 'Serial' } },
      field: 'DeviceConfiguration',
      says: 'written out',
    },
  ])('is refused for $name', expectRefusal);
});
