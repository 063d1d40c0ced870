import type { Client } from 'pg';
import { z } from 'zod';

const row = z.object({ logged: z.boolean() });

/**
 * Tells whether the session's server may write the parameters of a statement into its log, by its own
 * settings or by those of pgaudit and auto_explain. What COPY brings is in no log.
 */
export async function logsParameters(client: Client): Promise<boolean> {
  const result = await client.query(LOGGED);
  return row.parse(result.rows[0]).logged;
}

const LOGGED = `
  SELECT current_setting('log_parameter_max_length') <> '0'
           AND (current_setting('log_statement') IN ('mod', 'all')
                OR current_setting('log_min_duration_statement') <> '-1'
                OR current_setting('log_min_duration_sample') <> '-1'
                OR current_setting('log_transaction_sample_rate') <> '0')
         OR current_setting('log_parameter_max_length_on_error') <> '0'
         OR coalesce(current_setting('pgaudit.log_parameter', true), '') NOT IN ('', 'off')
         OR coalesce(current_setting('auto_explain.log_min_duration', true), '') NOT IN ('', '-1') AS logged`;
