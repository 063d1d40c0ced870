import { existsSync } from 'node:fs';
import path from 'node:path';
import { packageRoot } from '../../local/temporal-cli';
import { filesBelow, textOf } from '../ground/source-files';

const PAGES = [
  ...['README.md', 'SECURITY.md', 'CONTRIBUTING.md', 'examples/README.md'],
  ...filesBelow('docs', /\.md$/),
];

/** The files and folders that a page links to, as paths from the root. */
function linksOf(page: string): readonly string[] {
  return [...textOf(page).matchAll(/\]\((?![a-z]+:|#)([^)#\s]+)/g)].map(([, target = '']) =>
    path.posix.join(path.posix.dirname(page), target),
  );
}

describe('the links of the docs', () => {
  it.each(PAGES)('of %s lead to files that are there', (page) => {
    const lost = linksOf(page).filter((target) => !existsSync(path.join(packageRoot(), target)));
    expect(lost).toEqual([]);
  });

  it('give each guarantee of the README a test or more in docs/guarantees.md', () => {
    const sections = textOf('docs/guarantees.md').split(/^## /m).slice(1);
    const proved = sections
      .filter((section) => section.includes('](../test/'))
      .map((section) => section.split('\n')[0]);
    const promised = [...textOf('README.md').matchAll(/^\| (G\d+)\b/gm)].map(([, name]) => name);
    expect(promised.length).toBeGreaterThan(0);
    expect(proved).toEqual(expect.arrayContaining(promised));
    expect(proved).toHaveLength(sections.length);
  });
});
