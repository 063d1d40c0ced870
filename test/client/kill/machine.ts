import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { startScript, type Outcome, type Running } from '../script';
import { Gate } from './gate';

/** What dies: the script's process group, or with it its keeper's and its Temporal server's as well. */
export type Killing = 'group' | 'everything';

export const KILLINGS: readonly Killing[] = ['group', 'everything'];

/** Short enough for tests: a killed worker is missed after three seconds. */
const CONFIGURATION = 'timing: { silence: 3s, longestPause: 2s }\n';

/**
 * A place where scripts run: a folder with its backups, a local Temporal server of its own, and a
 * gate before the PostgreSQL that several machines share.
 */
export class Machine {
  readonly gate: Gate;
  readonly #folder: string;
  readonly #running = new Set<Running>();

  private constructor(gate: Gate, folder: string) {
    this.gate = gate;
    this.#folder = folder;
  }

  /** Opens a machine whose scripts read the source that the URL names. */
  static async open(source: string): Promise<Machine> {
    const folder = mkdtempSync(path.join(tmpdir(), 'moveout-machine-'));
    writeFileSync(path.join(folder, 'moveout.config.yaml'), CONFIGURATION);
    return new Machine(await Gate.open(source), folder);
  }

  /** What lies in the backup directory, by name, beside the id of its host. */
  get backups(): readonly string[] {
    const names = readdirSync(path.join(this.#folder, 'backups')).sort();
    return names.filter((name) => name !== 'host');
  }

  /** What a running keeper and its server leave in the state folder while they live. */
  get traces(): readonly string[] {
    const living = ['lock', 'keeper.sock', 'temporal.db.server'];
    return readdirSync(this.#state).filter((name) => living.includes(name));
  }

  /** The runs that were worked on here, as the names of their sessions begin. */
  get runs(): readonly string[] {
    const names = this.gate.sessions.map(
      ({ applicationName }) => applicationName.split(' ')[1] ?? '',
    );
    return [...new Set(names)];
  }

  start(args: readonly string[]): Running {
    const env = { MOVEOUT_SOURCE_URL: this.gate.url, MOVEOUT_STATE_DIR: this.#state };
    const running = startScript(args, { cwd: this.#folder, env });
    this.#running.add(running);
    running.child.once('close', () => this.#running.delete(running));
    return running;
  }

  run(args: readonly string[]): Promise<Outcome> {
    return this.start(args).ended;
  }

  /** Kills by SIGKILL, all in one go, and resolves once the script is gone. */
  async kill(running: Running, what: Killing): Promise<void> {
    const servers = what === 'everything' ? this.#serverGroups() : [];
    for (const group of [running.child.pid ?? NaN, ...servers]) process.kill(-group, 'SIGKILL');
    await running.ended;
  }

  /** Ends whatever still runs here, and removes the folder. */
  async close(): Promise<void> {
    for (const running of this.#running) await this.kill(running, 'everything');
    await this.gate.close();
    rmSync(this.#folder, { recursive: true, force: true });
  }

  get #state(): string {
    return path.join(this.#folder, 'state');
  }

  /** The process groups of the Temporal server and of its keeper, as their note names them. */
  #serverGroups(): readonly number[] {
    try {
      const note = readFileSync(path.join(this.#state, 'temporal.db.server'), 'utf8');
      return note.split(' ').map((one) => Number.parseInt(one, 10));
    } catch {
      return [];
    }
  }
}
