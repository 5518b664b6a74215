import { addressesOr } from './addresses.js';

describe('addresses', () => {
  it.each([
    [['a:1'], { SYNOD_ADDRESS: 'b:2' }, ['a:1']],
    [undefined, { SYNOD_ADDRESS: ' b:2, c:3 ,' }, ['b:2', 'c:3']],
    [undefined, { SYNOD_ADDRESS: ' ' }, ['127.0.0.1:7401', '127.0.0.1:7402', '127.0.0.1:7403']],
    [undefined, {}, ['127.0.0.1:7401', '127.0.0.1:7402', '127.0.0.1:7403']],
    [[], { SYNOD_ADDRESS: 'b:2' }, []],
  ])('given %j, with the environment %j: %j', (given, env, expected) => {
    expect(addressesOr(given, env)).toEqual(expected);
  });
});
