import { count, duration } from '../client/progress/words';
import { grid } from '../client/report/grid';
import type { Report } from '../workflows/domain/report';

/** Says something on stdout. */
export function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

/** Begins a part of the demo. */
export function title(line: string): void {
  say(`\n${line}\n`);
}

/** How long it is since a moment in epoch millis, for people. */
export function secondsSince(moment: number): string {
  return duration((Date.now() - moment) / 1000);
}

/** One line a project: what became of it. */
export function projectsTable(reports: readonly Report[]): string {
  const columns = [
    { head: 'project' },
    { head: 'database' },
    { head: 'outcome' },
    { head: 'rows', isFigure: true },
    { head: 'tables equal', isFigure: true },
    { head: 'took', isFigure: true },
  ];
  const rows = reports.map((report) => [
    report.projectRef,
    report.databaseName ?? '',
    report.outcome,
    count(report.tables.reduce((sum, table) => sum + table.rows, 0)),
    `${report.tables.filter(({ equal }) => equal).length} of ${report.tables.length}`,
    duration((Date.parse(report.finishedAt) - Date.parse(report.startedAt)) / 1000),
  ]);
  return grid(columns, rows);
}
