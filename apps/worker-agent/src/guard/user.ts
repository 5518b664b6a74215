import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { promisify } from 'node:util';
import { GuardError } from './errors.js';

export interface HostUser {
  readonly uid: number;
  readonly gid: number;
  readonly name: string;
  readonly home: string;
}

const run = promisify(execFile);

/**
 * Looks in /etc/passwd first, then asks the host's directory service through `id`. Numbers are taken as uids. An agent that isn't root
 * finds nobody but the user that it runs as.
 */
export async function findUser(user: string, ownUid = process.getuid?.()): Promise<HostUser> {
  const found = inPasswd(user) ?? (await byId(user));
  if (ownUid !== 0 && (found === undefined || found.uid !== ownUid)) {
    throw new GuardError(
      { code: 'userForbidden', user },
      `only an agent that runs as root can run a job as user '${user}'; start the agent as root or leave the user out`,
    );
  }
  if (found === undefined)
    throw new GuardError({ code: 'userUnknown', user }, `there is no user '${user}' on this host`);
  return found;
}

function inPasswd(user: string): HostUser | undefined {
  const lines = readFileSync('/etc/passwd', 'utf8').split('\n');
  const fields = lines.map((line) => line.split(':')).find((it) => it[0] === user || it[2] === user);
  if (fields === undefined) return undefined;
  return { name: fields[0] ?? user, uid: Number(fields[2]), gid: Number(fields[3]), home: fields[5] ?? '/' };
}

async function byId(user: string): Promise<HostUser | undefined> {
  try {
    const [uid, gid] = await Promise.all(
      ['-u', '-g'].map(async (flag) => (await run('id', [flag, '--', user])).stdout),
    );
    return { name: user, uid: Number(uid), gid: Number(gid), home: '/' };
  } catch {
    return undefined;
  }
}
