import { userInfo } from 'node:os';
import { GuardError } from './errors.js';
import { findUser } from './user.js';

describe('the user of a job', () => {
  const me = userInfo();

  it('is found by name and by number', async () => {
    expect(await findUser('root', 0)).toMatchObject({ uid: 0, name: 'root' });
    expect(await findUser('0', 0)).toMatchObject({ uid: 0, name: 'root' });
  });

  it('may be the one that the agent runs as, root or not', async () => {
    expect(await findUser(me.username, me.uid)).toMatchObject({ uid: me.uid, name: me.username });
  });

  it.each(['root', 'no-such-user'])('is refused to an agent that is neither root nor %s', async (user) => {
    await expect(findUser(user, 4_321)).rejects.toMatchObject({ facts: { code: 'userForbidden', user } });
    await expect(findUser(user, 4_321)).rejects.toThrow(GuardError);
  });

  it('is refused when the host knows none of that name', async () => {
    await expect(findUser('no-such-user', 0)).rejects.toMatchObject({ facts: { code: 'userUnknown' } });
  });
});
