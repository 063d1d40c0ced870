import { existsSync } from 'node:fs';
import path from 'node:path';
import { packageRoot } from '../../local/temporal-cli';
import { filesBelow, textOf } from '../ground/source-files';

const PAGES = [
  ...['README.md', 'SECURITY.md', 'CONTRIBUTING.md', 'examples/README.md'],
  ...filesBelow('docs', /\.md$/),
];

/** What a page links to: a file or folder as a path from the root, and the part of it. */
interface Link {
  readonly target: string;
  readonly anchor: string;
}

function linksOf(page: string): readonly Link[] {
  const links = textOf(page).matchAll(/\]\((?![a-z]+:)([^)#\s]*)(?:#([^)\s]+))?\)/g);
  return [...links].map(([, target = '', anchor = '']) => ({
    target: target === '' ? page : path.posix.join(path.posix.dirname(page), target),
    anchor,
  }));
}

/** The anchors of a page's headings, as GitHub makes them. */
function anchorsOf(page: string): readonly string[] {
  const headings = textOf(page).matchAll(/^#+ (.*)$/gm);
  return [...headings].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replace(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-'),
  );
}

describe('the links of the docs', () => {
  it.each(PAGES)('of %s lead to files that are there', (page) => {
    const targets = linksOf(page).map(({ target }) => target);
    expect(targets.filter((target) => !existsSync(path.join(packageRoot(), target)))).toEqual([]);
  });

  it.each(PAGES)('of %s to a part of a page lead to its heading', (page) => {
    const lost = linksOf(page)
      .filter(({ target, anchor }) => anchor !== '' && target.endsWith('.md'))
      .filter(({ target, anchor }) => !anchorsOf(target).includes(anchor));
    expect(lost).toEqual([]);
  });

  it('give each guarantee of the README a test or more in docs/guarantees.md', () => {
    const sections = textOf('docs/guarantees.md').split(/^## /m).slice(1);
    const proved = sections
      .filter((section) => section.includes('](../test/'))
      .map((section) => section.split('\n')[0]);
    const promised = [...textOf('README.md').matchAll(/^\| \[(G\d+)\]/gm)].map(([, name]) => name);
    expect(promised.length).toBeGreaterThan(0);
    expect(proved).toEqual(expect.arrayContaining(promised));
    expect(proved).toHaveLength(sections.length);
  });
});
