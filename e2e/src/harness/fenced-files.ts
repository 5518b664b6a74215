import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ExecTaskSpec } from '@synod/client';
import { endWithThis } from './leftovers.js';
import { ROOT } from './processes.js';
import { until } from './until.js';

/** A write that came to the file server, in the order in which they came. */
export interface FencedWrite {
  readonly name: string;
  readonly attempt: number;
  readonly token: bigint;
  readonly accepted: boolean;
  /** Wall clock of the server. */
  readonly atMs: number;
}

export interface FencedFilesOptions {
  readonly journal: string;
  readonly host?: string;
  /** A command in front of the server that takes it to its host. */
  readonly wrapper?: readonly string[];
}

/** Writes without end. */
export const FOR_EVER = 0;

/** A file server in a process of its own that remembers the highest fencing token of each file and refuses lower ones. */
export class FencedFiles {
  private constructor(
    private readonly child: ChildProcess,
    private readonly host: string,
    private readonly port: string,
    private readonly journal: string,
  ) {}

  /** Resolves when it listens. */
  static async start({ journal, host = '127.0.0.1', wrapper = [] }: FencedFilesOptions): Promise<FencedFiles> {
    const [command = '', ...rest] = [...wrapper, process.execPath, script('fenced-files.cjs'), host, '0', journal];
    const child = spawn(command, rest, { stdio: ['ignore', 'pipe', 'inherit'] });
    endWithThis(child);
    const port = await new Promise<string>((resolve, reject) => {
      child.stdout.once('data', (data: Buffer) => resolve(data.toString().trim()));
      child.once('exit', () => reject(new Error('the file server ended before it listened')));
    });
    return new FencedFiles(child, host, port, journal);
  }

  /** A task that writes this file every 50 ms: so often in the first attempt, and in later ones. */
  writer(name: string, writes: number, laterWrites: number): ExecTaskSpec {
    const args = [script('fenced-writer.cjs'), this.host, this.port, name, String(writes), String(laterWrites)];
    return { command: process.execPath, args };
  }

  /** One write with this token from here; the status that it is answered with. */
  async write(name: string, token: string | undefined): Promise<number> {
    const headers: Record<string, string> = token === undefined ? {} : { 'synod-fencing-token': token };
    const response = await fetch(`http://${this.host}:${this.port}/${name}`, { method: 'PUT', body: 'x', headers });
    await response.text();
    return response.status;
  }

  writes(name?: string): FencedWrite[] {
    if (!existsSync(this.journal)) return [];
    const lines = readFileSync(this.journal, 'utf8').split('\n');
    // The last one may be half written.
    return lines
      .slice(0, -1)
      .map((line) => {
        const [file = '', attempt = '', token = '0', outcome = '', atMs = ''] = line.split(' ');
        return {
          name: file,
          attempt: Number(attempt),
          token: BigInt(token),
          accepted: outcome === 'accepted',
          atMs: Number(atMs),
        };
      })
      .filter((write) => name === undefined || write.name === name);
  }

  /** Waits for the first write of an attempt of this number or a later one. */
  firstWrite(name: string, attempt: number, limitMs?: number): Promise<FencedWrite> {
    return until(
      `a write of attempt ${String(attempt)} of ${name}`,
      () => this.writes(name).find((write) => write.attempt >= attempt),
      limitMs,
    );
  }

  /**
   * Of these files, the ones that an attempt wrote, or tried to write, after the first write of a later attempt: two held the job
   * at the same time.
   */
  overlaps(names: readonly string[]): string[] {
    const highest = new Map<string, bigint>();
    const found = new Set<string>();
    for (const { name, token } of this.writes()) {
      const before = highest.get(name) ?? 0n;
      if (token < before && names.includes(name)) found.add(name);
      if (token > before) highest.set(name, token);
    }
    return [...found];
  }

  async stop(): Promise<void> {
    const ended = new Promise((resolve) => this.child.once('exit', resolve));
    this.child.kill('SIGKILL');
    await ended;
  }
}

/** Works from the source and from a bundle. */
function script(name: string): string {
  return join(ROOT, 'e2e', 'src', 'harness', name);
}
