import { Command, Option } from 'commander';
import { UsageError } from '../fault';
import type { Request } from '../requests';
import { asking } from '../asking';
import {
  asksFor,
  commonOptions,
  forgotten,
  valued,
  withOptions,
  type CommonOptions,
} from './options';

interface RestorePendingOptions extends CommonOptions {
  readonly abandon?: boolean;
  readonly reason?: string;
  readonly forgotten?: boolean;
}

/** The command `moveout restore-pending`. */
export function restorePendingCommand(): Command {
  const command = new Command('restore-pending')
    .description('restore what a parked, terminated or timed-out run of a project left behind')
    .argument('<project>', 'the ref of the project, for example project-abc')
    .action((project: string, options: RestorePendingOptions) =>
      asking((given: RestorePendingOptions) => restorePendingRequest(project, given))(options),
    );
  const own = [
    new Option('--abandon', 'accept the target as it stands; no restore changes it any more'),
    valued('--reason <text>', 'why it is abandoned; it is kept in the report'),
    forgotten(),
  ];
  return withOptions(
    command,
    [...own, ...commonOptions()],
    'moveout restore-pending project-abc\n  moveout restore-pending project-abc --abandon --reason="dropped by hand"',
  );
}

/** A look for what is pending of one project: it is restored, or accepted as it stands. */
export function restorePendingRequest(
  projectRef: string,
  { abandon = false, reason, forgotten: isForgotten }: RestorePendingOptions,
  now?: number,
): Request {
  if (abandon && reason === undefined) throw new UsageError('--abandon needs --reason');
  if (!abandon && reason !== undefined) throw new UsageError('--reason is for --abandon');
  const how = { command: 'restore-pending', project: '<project>', now };
  const fields = {
    projectRef,
    abandon: reason,
    forgotten: isForgotten === true ? 'restore' : undefined,
  };
  return asksFor('reconcile', fields, how);
}
