import { checkAdvertised, COORDINATOR_OPTIONS, initialMembers } from './options.js';

const codeOf = (act: () => unknown): string => {
  try {
    act();
    return 'accepted';
  } catch (error) {
    const { code, option } = (error as { facts: { code: string; option?: string } }).facts;
    return `${code} ${option ?? ''}`;
  }
};

describe('options of a coordinator', () => {
  it('without any, it is a group of its own on this host', () => {
    const options = COORDINATOR_OPTIONS.parse([], {});
    expect(options).toMatchObject({ id: 'c1', listen: '127.0.0.1:7401', clusterName: 'synod', nodeStore: 'embedded' });
    expect(initialMembers(options.initialMembers, options.id)).toBeUndefined();
  });

  it('members are the same list whatever their order', () => {
    const members = [
      { id: 'c1', address: 'a:1' },
      { id: 'c2', address: 'b:2' },
      { id: 'c3', address: '[::1]:3' },
    ];
    expect(initialMembers(['c3=[::1]:3', 'c1=a:1', ' c2=b:2 '], 'c1')).toEqual(members);
    expect(initialMembers(['c1=a:1', 'c2=b:2', 'c3=[::1]:3'], 'c2')).toEqual(members);
  });

  it.each([
    ['no address', ['c1']],
    ['no port', ['c1=host']],
    ['a port of six digits', ['c1=host:123456']],
    ['an id in capitals', ['C1=host:1']],
    ['an id twice', ['c1=a:1', 'c1=b:1']],
    ['a group without this member', ['c2=a:1']],
  ])('refused: %s', (_what, texts) => {
    expect(codeOf(() => initialMembers(texts, 'c1'))).toBe('invalidCombination initial-members');
  });

  it('a member of a group beyond this host does not advertise loopback; one of a local group may', () => {
    const beyond = [{ id: 'c1', address: '10.0.0.1:7401' }];
    const local = [{ id: 'c1', address: '127.0.0.1:7401' }];
    expect(codeOf(() => checkAdvertised(beyond, '127.0.0.1:7401'))).toBe('invalidCombination advertise');
    expect(codeOf(() => checkAdvertised(beyond, '10.0.0.1:7401'))).toBe('accepted');
    expect(codeOf(() => checkAdvertised(local, '127.0.0.1:7401'))).toBe('accepted');
  });
});
