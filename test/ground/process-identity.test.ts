import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { withLock } from '../../local/embedded/lock';
import { isProcessAlive, processIdentity } from '../../local/process-identity';
import { freeDatabase } from '../../local/temporal-cli/database-owner';

const ME = String(process.pid);
/** A process that had this one's id, and started in another moment. */
const BEFORE_ME = `${ME}-1`;

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'moveout-identity-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('the identity of a process', () => {
  it('is that of this one as long as it runs, also without the time of its start', () => {
    expect([processIdentity(), ME].map(isProcessAlive)).toEqual([true, true]);
  });

  it('is not that of a process that has ended', async () => {
    const child = spawn(process.execPath, ['-e', 'process.stdin.resume()']);
    await once(child, 'spawn');
    const identity = processIdentity(child.pid);
    expect(isProcessAlive(identity)).toBe(true);
    child.stdin.end();
    await once(child, 'exit');
    expect(isProcessAlive(identity)).toBe(false);
  });
});

// Elsewhere nothing but the id is known of a process.
const onLinux = process.platform === 'linux' ? describe : describe.skip;

onLinux('a process whose id another has now', () => {
  it('does not run any more', () => {
    expect(isProcessAlive(BEFORE_ME)).toBe(false);
  });

  it('does not keep the lock of a state folder', async () => {
    const lock = path.join(folder, 'lock');
    mkdirSync(lock);
    writeFileSync(path.join(lock, BEFORE_ME), '');
    expect(await withLock(lock, () => Promise.resolve(readdirSync(lock)))).toEqual([
      processIdentity(),
    ]);
  });

  it('does not keep the Temporal server that it left on a state file', async () => {
    const file = path.join(folder, 'temporal.db');
    const server = spawn(process.execPath, ['-e', 'process.stdin.resume()', file]);
    await once(server, 'spawn');
    writeFileSync(`${file}.server`, `${String(server.pid)} ${BEFORE_ME}\n`);
    const ended = once(server, 'exit');
    await freeDatabase(file);
    expect(await ended).toEqual([null, 'SIGTERM']);
  });
});
