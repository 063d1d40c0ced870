/** The environment variables of moveout, with their meaning; docs/cli.md shows them. */
export const ENVIRONMENT: Readonly<Record<string, string>> = {
  MOVEOUT_CONFIG: 'The configuration file, if `--config` names none.',
  MOVEOUT_SOURCE_URL:
    'Secret. The URL of the source, if no configuration names another variable for it.',
  MOVEOUT_STATE_DIR:
    'The folder of the local Temporal server that a script starts; default `./.moveout`.',
  MOVEOUT_TASK_QUEUE: 'The task queue of worker and scripts; default `moveout`.',
  MOVEOUT_HOST_ID:
    'How the host id of a new backup directory begins, before its random part; default: no name.',
  MOVEOUT_HEALTH_FILE: 'A file that a worker writes every five seconds while it is well.',
  MOVEOUT_LOG_LEVEL: '`trace`, `debug`, `info` (default), `warn` or `error`.',
  TEMPORAL_DEPLOYMENT_NAME: 'With `TEMPORAL_WORKER_BUILD_ID`: the worker deployment of a worker.',
  TEMPORAL_WORKER_BUILD_ID: 'With `TEMPORAL_DEPLOYMENT_NAME`: the build of a worker.',
};
