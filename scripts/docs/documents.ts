import { readFileSync } from 'node:fs';
import path from 'node:path';
import { cliPage } from './cli-page';
import { configJsonSchema } from './config-json-schema';
import { withPart } from './markdown';
import { settingsTable } from './settings-table';

/** A file that is written, whole or in part, from the code. */
interface Document {
  /** Its path from the root of the package. */
  readonly file: string;
  readonly text: string;
}

/** Every generated document, as it must be now. */
export function documents(root: string): readonly Document[] {
  const configuration = 'docs/configuration.md';
  const present = readFileSync(path.join(root, configuration), 'utf8');
  return [
    { file: 'docs/moveout.schema.json', text: `${JSON.stringify(configJsonSchema(), null, 2)}\n` },
    { file: configuration, text: withPart(present, 'every setting', settingsTable()) },
    { file: 'docs/cli.md', text: cliPage() },
  ];
}
