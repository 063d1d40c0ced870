import type { Problem } from '../../../workflows/domain/plan';
import type { Release } from '../../postgres/catalog/releases';

/** Warns of lists of migrations that would make a stock Auth begin anew (`migrations-list`). */
export function releaseWarnings(releases: readonly Release[]): readonly Problem[] {
  return releases.flatMap(({ service, list, isListed, newest }) => {
    if (service !== 'Auth' || newest !== undefined) return [];
    const what = isListed ? `${list} is empty` : `the source has no ${list}`;
    return [
      {
        code: 'migrations-list',
        message: `${what}: a stock Auth that starts on the target would run all its migrations again and fail; fill the list in the source with the migrations that its Auth has run`,
      },
    ];
  });
}
