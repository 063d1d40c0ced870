/** An example of each command, by its name; help and docs/cli.md show it. */
export const EXAMPLES: Readonly<Record<string, string>> = {
  demo: 'moveout demo',
  plan: 'moveout plan --project-ref=project-abc --database=project_abc_db',
  migrate: 'moveout migrate --project-ref=project-abc --database=project_abc_db --owner=user-123',
  'retry-failed': 'moveout retry-failed --concurrency=8',
  backup: 'moveout backup --project-ref=project-abc --backup-dir=/var/lib/moveout/backups',
  verify: 'moveout verify --project-ref=project-abc --on-drift=fail',
  restore: 'moveout restore --backup=backup_project-abc_1234567890 --database=project_abc_db',
  reconcile: 'moveout reconcile',
  'fleet status': 'moveout fleet status',
  'fleet pause': 'moveout fleet pause',
  'fleet resume': 'moveout fleet resume',
  'fleet stop': 'moveout fleet stop --id=migrate-all',
  'fleet limits': 'moveout fleet limits --concurrency=8 --window=none',
  'schedule create':
    "moveout schedule create nightly --cron='0 22 * * *' --timezone=Europe/Berlin --canary=3",
  'schedule list': 'moveout schedule list',
  'schedule pause': 'moveout schedule pause nightly',
  'schedule resume': 'moveout schedule resume nightly',
  'schedule trigger': 'moveout schedule trigger nightly',
  'schedule delete': 'moveout schedule delete nightly',
  worker: 'MOVEOUT_CONFIG=/etc/moveout/moveout.config.yaml moveout worker',
};
