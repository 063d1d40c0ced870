import { STUDIO, type Lane } from '../ground/lane';
import { until } from '../../support/until';
import { imageDifference, imageIfThere } from './image';
import { changes, standingOn, strayFiles } from './leftovers';

/** What was there before, and which targets may be there now. */
export interface Expected {
  readonly source: readonly string[];
  readonly standing: { readonly source: readonly string[]; readonly target: readonly string[] };
  readonly databases: readonly string[];
}

/** Sessions of a process that was killed go when the server notices. */
const NOTICED_MS = 10_000;

/** Says what is left over on the servers and in the backup folder, and whether the source changed. */
export async function groundProblems(lane: Lane, expected: Expected): Promise<readonly string[]> {
  const now = await imageIfThere(lane.source.server, STUDIO);
  const change = imageDifference(expected.source, now);
  return [
    ...(change === undefined ? [] : [`the source changed: ${change}`]),
    ...(await leftovers(lane, expected)),
    ...strayFiles(lane),
  ];
}

async function leftovers(lane: Lane, { standing, databases }: Expected): Promise<string[]> {
  const target = [...standing.target, ...databases.map((name) => `database ${name}`)];
  const look = async (): Promise<string[]> => [
    ...found('source', standing.source, await standingOn(lane.source.server)),
    ...found('target', target, await standingOn(lane.target.server)),
  ];
  const none = await until(
    'nothing to be left over',
    async () => ((await look()).length === 0 ? [] : undefined),
    { limitMs: NOTICED_MS },
  ).catch(() => undefined);
  return none ?? look();
}

function found(side: string, before: readonly string[], now: readonly string[]): string[] {
  return changes(before, now).map((line) => `on the ${side} server ${line}`);
}
