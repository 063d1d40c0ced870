import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { urlOf } from '../../support/harness/databases';
import { writingsIn, type Writing } from './audit';
import { openGround, type Ground } from './ground';
import { startLoggedServer } from './start-logged-server';
import { Machine } from './machine';

/** A ground on a server that writes down every statement, for clients on machines of their own. */
export interface Audited {
  readonly ground: Ground;
  /** What was changed on the server for a project, in the order in which it began. */
  writings(ref: string): readonly Writing[];
  /** Runs `use` with machines that each have a Temporal server of their own. */
  withMachines<R>(use: (first: Machine, second: Machine) => Promise<R>): Promise<R>;
  close(): Promise<void>;
}

/** Opens the ground; jest gives each file its own copy of the environment. */
export async function openAudited(projects: number): Promise<Audited> {
  const folder = mkdtempSync(path.join(tmpdir(), 'moveout-audit-'));
  const logFile = path.join(folder, 'postgres.log');
  const server = await startLoggedServer(logFile);
  process.env['MOVEOUT_TEST_POSTGRES_URL'] = server.url;
  const ground = await openGround(projects);
  return {
    ground,
    writings: (ref) => writingsIn(logFile).filter((writing) => writing.ref === ref),
    withMachines: async (use) => {
      const machines = [
        await Machine.open(urlOf(ground.source)),
        await Machine.open(urlOf(ground.source)),
      ] as const;
      try {
        return await use(...machines);
      } finally {
        for (const machine of machines) await machine.close();
      }
    },
    close: async () => {
      await ground.close();
      await server.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
