import { existsSync } from 'node:fs';
import path from 'node:path';

/**
 * The folder that holds moveout's package.json, as an absolute path, from sources and from dist alike.
 * Throws when there is none above this file.
 */
export function packageRoot(): string {
  for (let folder = __dirname; ; folder = path.dirname(folder)) {
    if (existsSync(path.join(folder, 'package.json'))) return folder;
    if (path.dirname(folder) === folder) {
      throw new Error(`moveout is not installed as a package: no package.json above ${__dirname}`);
    }
  }
}
