import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { packageRoot } from '../../local/temporal-cli';
import { documents } from './documents';

// Writes what the docs take from the code; test/docs/generated.test.ts says when that is needed.
for (const { file, text } of documents(packageRoot())) {
  writeFileSync(path.join(packageRoot(), file), text);
  process.stdout.write(`${file}\n`);
}
