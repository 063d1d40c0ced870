import { Command } from 'commander';
import { asking } from '../asking';
import type { Request } from '../requests';
import { fleetInput, fleetOptions, type FleetOptions } from './fleet-flags';
import { asksFor, commonOptions, failedOf, withOptions, type CommonOptions } from './options';

interface RetryOptions extends FleetOptions, CommonOptions {
  readonly of?: string;
}

/** The command `moveout retry-failed`. */
export function retryFailedCommand(): Command {
  const command = new Command('retry-failed')
    .description('retry projects whose last migration failed')
    .action(asking(retryRequest));
  return withOptions(
    command,
    [failedOf('default: in any run'), ...fleetOptions(), ...commonOptions()],
    'moveout retry-failed --concurrency=8',
  );
}

export function retryRequest(options: RetryOptions, now?: number): Request {
  const fields = {
    ...fleetInput(options),
    failedOf: options.of ?? 'any',
    // Whoever cancels at the terminal was told that what runs is restored.
    cancelRunning: true,
  };
  return asksFor('migrateAll', fields, { command: 'retry-failed', now });
}
