import { fork } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { z } from 'zod';
import { packageRoot } from '../../../local/temporal-cli';

const answer = z.union([z.object({ url: z.string() }), z.object({ error: z.string() })]);

/** What stands before each line of the log, for `writingsIn`. */
const PREFIX = '<%p|%d|%a> ';

/** A running PostgreSQL that writes every statement into its log. */
export interface LoggedServer {
  readonly url: string;
  readonly logFile: string;
  /** Ends the server and resolves once it and its folder are gone; the log stays. */
  stop(): Promise<void>;
}

/** Starts a PostgreSQL that logs every statement, with its session, and each session's end. */
export async function startLoggedServer(logFile: string): Promise<LoggedServer> {
  const program = path.join(packageRoot(), 'test', 'client', 'kill', 'logged-server.mjs');
  const child = fork(program, { execArgv: [], stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
  const settings = {
    log_statement: 'all',
    log_disconnections: 'on',
    log_line_prefix: PREFIX,
    log_min_messages: 'warning',
    log_min_error_statement: 'panic',
  };
  child.send({ logFile, settings });
  const said: unknown = await new Promise((resolve) => child.once('message', resolve));
  const started = answer.parse(said);
  if ('error' in started) throw new Error(`PostgreSQL did not start: ${started.error}`);
  return {
    url: started.url,
    logFile,
    stop: async () => {
      const exited = once(child, 'exit');
      child.disconnect();
      await exited;
    },
  };
}
