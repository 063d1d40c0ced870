import { createHash } from 'node:crypto';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import type { Damage } from './damage';

const MANIFEST = 'metadata.json';
const MANIFEST_SHAPE = z.looseObject({
  contents: z.array(z.looseObject({ table: z.string(), rows: z.number(), digest: z.string() })),
});
type Manifest = z.infer<typeof MANIFEST_SHAPE>;
type Content = Manifest['contents'][number];

/** Damage to the text of the manifest. */
function ofText(what: string, change: (text: string) => string): Damage {
  return {
    what,
    to: async ({ folder }) => {
      const path = join(folder, MANIFEST);
      const text = await readFile(path, 'utf8');
      if (change(text) === text) throw new Error(`"${what}" hit nothing`);
      await writeFile(path, change(text));
    },
    names: () => MANIFEST,
  };
}

/** A value of the manifest replaced; the pattern's first group is what stands before it. */
const replaced = (what: string, pattern: RegExp, by: string): Damage =>
  ofText(what, (text) => text.replace(pattern, (_all, before: string) => `${before}${by}`));

/** An edited manifest is noticed by its seal or its shape, whatever was edited. */
export const MANIFEST_DAMAGES: readonly Damage[] = [
  replaced('a number of rows', /("table": "auth\.users",\s+"rows": )\d+/, '1'),
  replaced('the sum of rows', /("auth\.users": )\d+/, '1'),
  replaced('a digest', /("digest": "-?)\d/, ''),
  replaced('the checksum of a file', /("sha256": ")[0-9a-f]{8}/, '00000000'),
  replaced('a number of bytes', /("bytes": )\d+/, '7'),
  replaced('a file outside of the folder', /("file": ")(?=auth_users)/, '../'),
  replaced('an absolute path', /("file": ")(?=auth_users)/, '/etc/passwd'),
  replaced('the file of another table', /("file": "auth_)users/, 'sessions'),
  replaced('a column that is read otherwise', /("read": ")as-is/, 'nil'),
  replaced('the seed', /("seed": "-?)\d/, '1234'),
  replaced('another project', /("projectRef": "project-)\d+/, '999'),
  replaced('where a sequence stood', /("lastValue": ")\d+/, '1'),
  replaced('a grant on the database', /("GRANT )CREATE/, 'ALL'),
  ofText('a field that no format has', (text) => text.replace('{', '{ "extra": true,')),
  ofText('half of it', (text) => text.slice(0, text.length / 2)),
  ofText('nothing in it', () => ''),
  ofText('an array', () => '[]'),
  {
    what: 'no manifest at all',
    to: ({ folder }) => rm(join(folder, MANIFEST)),
    names: () => MANIFEST,
  },
];

/** Damage by a person who knows how a manifest is sealed: only the rows themselves can tell. */
export const SEALED_DAMAGES: readonly Damage[] = [
  sealedAnew('a digest', 'auth.sessions', (content) => [
    { ...content, digest: String(BigInt(content.digest) + 1n) },
  ]),
  sealedAnew('a number of rows', 'storage.objects', (content) => [
    { ...content, rows: content.rows - 1 },
  ]),
  sealedAnew('a table left out', 'auth.identities', () => []),
  sealedAnew('a table named twice', 'auth.identities', (content) => [content, content]),
];

function sealedAnew(what: string, table: string, change: (content: Content) => Content[]): Damage {
  return {
    what,
    to: async ({ folder }) => {
      const path = join(folder, MANIFEST);
      const changed = edited(await readFile(path, 'utf8'), ({ contents }) =>
        contents.flatMap((content) => (content.table === table ? change(content) : [content])),
      );
      await writeFile(path, changed);
    },
    names: () => table,
  };
}

/** The manifest with other contents, under a seal that fits. */
function edited(text: string, change: (manifest: Manifest) => readonly Content[]): string {
  const manifest = MANIFEST_SHAPE.parse(JSON.parse(text));
  const changed = { ...manifest, contents: change(manifest), sha256: undefined };
  const sha256 = createHash('sha256').update(JSON.stringify(changed)).digest('hex');
  return JSON.stringify({ ...changed, sha256 });
}
