import { Command } from 'commander';
import { asking } from '../asking';
import type { Request } from '../requests';
import { asksFor, commonOptions, forgotten, withOptions, type CommonOptions } from './options';

interface ReconcileOptions extends CommonOptions {
  readonly forgotten?: boolean;
}

/** The command `moveout reconcile`. */
export function reconcileCommand(): Command {
  const command = new Command('reconcile')
    .description('restore what parked, terminated or timed-out runs left behind')
    .action(asking((options: ReconcileOptions) => reconcileRequest(options)));
  return withOptions(command, [forgotten(), ...commonOptions()], 'moveout reconcile');
}

/** A look for what is pending of all projects. */
export function reconcileRequest({ forgotten: isForgotten }: ReconcileOptions): Request {
  const fields = { forgotten: isForgotten === true ? 'restore' : undefined };
  return asksFor('reconcile', fields, { command: 'reconcile' });
}
