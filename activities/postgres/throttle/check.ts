import { ApplicationFailure } from '@temporalio/common';
import type { Client } from 'pg';
import { problem, warning, mergeFindings, type Findings } from '../../../workflows/domain/findings';
import type { Throttle } from '../../../workflows/domain/settings';
import { isRetryable } from '../../runtime/failure';
import { askThrottleQuery } from '../configured-query';
import { missingRight, readSourceState, type SourceState } from './source-state';

/** Names what keeps a throttle from being looked at (`throttle`), and a limit that nothing is measured by now. */
export async function checkThrottle(
  client: Client,
  throttle: Throttle,
  connection: string,
): Promise<Findings> {
  const standing = await readSourceState(client);
  const blind = missingRight(standing, throttle, connection);
  return mergeFindings([
    problem('throttle', [
      ...(blind === undefined ? [] : [blind]),
      ...streamless(standing, throttle, connection),
      ...(await queryProblems(client, throttle)),
    ]),
    warning('throttle', blind === undefined ? unmeasured(standing, throttle, connection) : []),
  ]);
}

/** A standby that is fed by files knows no lag in bytes. */
function streamless(
  { isStandby, own }: SourceState,
  { maxLagBytes }: Throttle,
  connection: string,
): readonly string[] {
  if (maxLagBytes === undefined || !isStandby || own !== null) return [];
  return [
    `throttle.maxLagBytes: the server of connection "${connection}" is a standby that receives no stream, so its lag is not known in bytes: let it stream, or remove the limit and ask by throttle.query`,
  ];
}

function unmeasured(
  { isStandby, lag }: SourceState,
  { maxLagBytes }: Throttle,
  connection: string,
): readonly string[] {
  if (maxLagBytes === undefined || isStandby || lag !== null) return [];
  return [
    `throttle.maxLagBytes holds nothing back: no standby streams from the server of connection "${connection}" now`,
  ];
}

async function queryProblems(client: Client, { query }: Throttle): Promise<readonly string[]> {
  if (query === undefined) return [];
  try {
    const { rows } = await askThrottleQuery(client, query);
    if (rows === 1) return [];
    const yields = rows === 0 ? 'none' : 'more';
    return [`throttle.query must yield one row; it yields ${yields}`];
  } catch (error) {
    if (!(error instanceof ApplicationFailure) || isRetryable(error)) throw error;
    return [error.message];
  }
}
