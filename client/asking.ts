import { answer, type AskOptions } from './outcome';
import type { Request } from './requests';
import type { Places } from './session';

/** Where the options of a command say that things are. */
interface RunOptions extends AskOptions {
  readonly connectionString?: string;
  readonly backupDir?: string;
}

/**
 * The action of a command that starts one workflow and follows it to its end. Temporal's client is loaded once the
 * request is known to be right: loading it takes longer than all the rest of a refusal.
 */
export function asking<Options extends RunOptions>(
  requestOf: (options: Options) => Request,
): (options: Options) => Promise<void> {
  return (options) =>
    answer(options, async () => {
      const request = requestOf(options);
      const { run } = await import('./run.js');
      return run(request, placesOf(options));
    });
}

function placesOf({ connectionString, backupDir, config }: RunOptions): Places {
  return { connectionString, backupDirectory: backupDir, config };
}
