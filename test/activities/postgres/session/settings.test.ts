import { SURE_SETTINGS } from '../../../../activities/postgres/session/settings';
import { startPostgres } from '../../../../local/postgres';
import { sessionAt } from '../../../support/harness/session-at';
import { versionsUnderTest } from '../../../../local/postgres/versions';

/** What a role or a database may set and moveout leaves alone, by the reason why that is harmless. */
const LEFT_ALONE: Readonly<Record<string, readonly string[]>> = {
  'only how a plan is chosen, never what it yields': [
    'constraint_exclusion',
    ...['cpu_index_tuple_cost', 'cpu_operator_cost', 'cpu_tuple_cost', 'cursor_tuple_fraction'],
    ...['effective_cache_size', 'enable_async_append', 'enable_bitmapscan', 'enable_gathermerge'],
    ...['enable_distinct_reordering', 'enable_group_by_reordering', 'enable_hashagg'],
    ...['enable_hashjoin', 'enable_incremental_sort', 'enable_indexonlyscan', 'enable_indexscan'],
    ...['enable_material', 'enable_memoize', 'enable_mergejoin', 'enable_nestloop'],
    ...['enable_parallel_append', 'enable_parallel_hash', 'enable_partition_pruning'],
    ...[
      'enable_partitionwise_aggregate',
      'enable_partitionwise_join',
      'enable_presorted_aggregate',
    ],
    ...['enable_self_join_elimination', 'enable_seqscan', 'enable_sort', 'enable_tidscan'],
    ...['from_collapse_limit', 'geqo', 'geqo_effort', 'geqo_generations', 'geqo_pool_size'],
    ...['geqo_seed', 'geqo_selection_bias', 'geqo_threshold', 'join_collapse_limit'],
    ...['min_parallel_index_scan_size', 'min_parallel_table_scan_size', 'plan_cache_mode'],
    ...['parallel_leader_participation', 'parallel_setup_cost', 'parallel_tuple_cost'],
    ...['random_page_cost', 'recursive_worktable_factor', 'seq_page_cost'],
    ...['default_statistics_target', 'max_parallel_workers', 'max_parallel_workers_per_gather'],
  ],
  'only how fast, with how much memory, or what is written ahead': [
    ...['backend_flush_after', 'commit_delay', 'commit_siblings', 'effective_io_concurrency'],
    ...['file_copy_method', 'gin_pending_list_limit', 'io_combine_limit', 'jit_above_cost'],
    ...['jit_debugging_support', 'jit_dump_bitcode', 'jit_expressions', 'jit_inline_above_cost'],
    ...['jit_optimize_above_cost', 'jit_profiling_support', 'jit_tuple_deforming'],
    ...['logical_decoding_work_mem', 'maintenance_io_concurrency', 'maintenance_work_mem'],
    ...['max_parallel_maintenance_workers', 'max_stack_depth', 'temp_buffers'],
    ...['vacuum_buffer_usage_limit', 'vacuum_cost_delay', 'vacuum_cost_limit'],
    ...['vacuum_cost_page_dirty', 'vacuum_cost_page_hit', 'vacuum_cost_page_miss'],
    ...['vacuum_failsafe_age', 'vacuum_freeze_min_age', 'vacuum_freeze_table_age'],
    ...['vacuum_max_eager_freeze_failure_rate', 'vacuum_multixact_failsafe_age'],
    ...['vacuum_multixact_freeze_min_age', 'vacuum_multixact_freeze_table_age', 'vacuum_truncate'],
    ...['wal_compression', 'wal_consistency_checking', 'wal_init_zero', 'wal_recycle'],
    ...['wal_sender_timeout', 'wal_skip_threshold', 'debug_discard_caches', 'post_auth_delay'],
    ...['tcp_keepalives_count', 'tcp_keepalives_idle', 'tcp_keepalives_interval'],
    ...['debug_logical_replication_streaming', 'deadlock_timeout', 'ignore_system_indexes'],
  ],
  'only what is counted, shown or logged; parameters are kept out of logs, or rows go by COPY': [
    ...['backtrace_functions', 'compute_query_id', 'debug_pretty_print', 'log_connections'],
    ...['log_disconnections', 'log_duration', 'log_error_verbosity', 'log_executor_stats'],
    ...['log_lock_failures', 'log_lock_waits', 'log_min_duration_sample'],
    ...['log_min_duration_statement', 'log_min_error_statement', 'log_min_messages'],
    ...['log_parser_stats', 'log_planner_stats', 'log_replication_commands', 'log_statement'],
    ...['log_statement_sample_rate', 'log_statement_stats', 'log_temp_files'],
    ...['log_transaction_sample_rate', 'md5_password_warnings', 'stats_fetch_consistency'],
    ...['trace_notify', 'trace_sort', 'track_activities', 'track_cost_delay_timing'],
    ...['track_counts', 'track_functions', 'track_io_timing', 'track_wal_io_timing'],
    ...['update_process_title', 'lc_messages', 'plpgsql.print_strict_params'],
  ],
  'only what a superuser may do besides, or which libraries a server has': [
    ...['allow_in_place_tablespaces', 'allow_system_table_mods', 'dynamic_library_path'],
    ...['extension_control_path', 'local_preload_libraries', 'lo_compat_privileges'],
    ...['session_preload_libraries', 'event_triggers'],
  ],
  'only passwords, which moveout never sets': ['password_encryption', 'scram_iterations'],
  'how a value is kept in the file, not what it is': ['default_toast_compression'],
  'of each transaction, which says them itself': [
    ...['transaction_deferrable', 'transaction_isolation', 'transaction_read_only'],
  ],
  'read only by functions that nothing in a move calls without a configuration': [
    'default_text_search_config',
  ],
  'read with words and zones that no text of PostgreSQL holds': ['timezone_abbreviations'],
  'a limit that an operator sets on purpose: it fails by its name': ['temp_file_limit'],
};

describe.each(versionsUnderTest())('PostgreSQL %s', (version) => {
  it('has no setting of roles or databases that nobody has decided about', async () => {
    const server = await startPostgres({ version });
    try {
      const { rows } = await sessionAt(server.url, async (client) => {
        await client.query(`LOAD 'plpgsql'`);
        return client.query<{ name: string }>(
          `SELECT name FROM pg_settings
            WHERE context IN ('user', 'superuser', 'backend', 'superuser-backend')`,
        );
      });
      const decided = new Set([...SURE_SETTINGS, ...Object.values(LEFT_ALONE).flat()]);
      expect(rows.map(({ name }) => name).filter((name) => !decided.has(name))).toEqual([]);
    } finally {
      await server.stop();
    }
  });
});

it('decides about each setting once', () => {
  const all = [...SURE_SETTINGS, ...Object.values(LEFT_ALONE).flat()];
  expect(all.filter((name, at) => all.indexOf(name) !== at)).toEqual([]);
});
