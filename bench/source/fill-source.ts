import { createStudio } from '../../studio/studio';
import { runStatements } from '../ground/statements-at';
import { SOURCE_DATABASE, type KeptSource } from './kept-cluster';
import { keyOf, LEAVE_OUT, type SourceSpec } from './source-spec';

const PEER_SOURCE = 'bench_one_project';

/** Which database peers copy: they know no projects, and shall copy the rows of one. */
export function peerSourceOf({ neighbours }: SourceSpec): string {
  return neighbours === 0 ? SOURCE_DATABASE : PEER_SOURCE;
}

/** The source as it is kept, with a database of its own for peers if the project has neighbours. */
export function keptSource(spec: SourceSpec): KeptSource {
  const whole = { name: SOURCE_DATABASE, fill: (url: string) => fillSource(url, spec) };
  const alone = {
    ...{ name: PEER_SOURCE, fill: (url: string) => fillSource(url, { ...spec, neighbours: 0 }) },
  };
  return { key: keyOf(spec), databases: spec.neighbours === 0 ? [whole] : [whole, alone] };
}

/** All rows are made by the server. */
async function fillSource(url: string, spec: SourceSpec): Promise<void> {
  const { users, objects, neighbours, seed } = spec;
  await createStudio(url, {
    ...{ projects: 1 + neighbours, seed },
    ...{ users, sessions: users, refreshTokens: users, objects },
  });
  await runStatements(url, [LEAVE_OUT, 'VACUUM ANALYZE']);
}
