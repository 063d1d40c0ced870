import { codeOf } from './make-folder';
import { storeFailure } from './store-failure';

/**
 * What `use` gives; `undefined` if the file or folder at the path does not exist. Any other error says
 * nothing about what is there: it becomes a failure that names the path.
 */
export async function unlessMissing<T>(
  path: string,
  use: (path: string) => Promise<T>,
): Promise<T | undefined> {
  try {
    return await use(path);
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined;
    throw storeFailure(error, path);
  }
}
