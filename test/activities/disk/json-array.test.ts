import { Readable, type Transform } from 'node:stream';
import { ArrayToLines, LinesToArray } from '../../../activities/disk/backup/json-array';

const LINES = ['{"a":",[]\\""}', '{"b":["ü🚀"]}'];

/** Every way of cutting bytes in two places. */
function cuts(bytes: Buffer): readonly (readonly Buffer[])[] {
  const found: (readonly Buffer[])[] = [];
  for (let i = 0; i <= bytes.length; i += 1) {
    for (let j = i; j <= bytes.length; j += 1) {
      const parts = [bytes.subarray(0, i), bytes.subarray(i, j), bytes.subarray(j)];
      found.push(parts.filter((part) => part.length > 0));
    }
  }
  return found;
}

async function through(chunks: readonly Buffer[], transform: Transform): Promise<string> {
  const out: Buffer[] = [];
  transform.on('data', (chunk: Buffer) => out.push(chunk));
  const ended = new Promise((resolve, reject) =>
    transform.once('end', resolve).once('error', reject),
  );
  Readable.from(chunks).pipe(transform);
  await ended;
  return Buffer.concat(out).toString('utf8');
}

describe('LinesToArray', () => {
  it.each([0, 1, 2])('makes one JSON array of %s lines, however they are cut', async (n) => {
    const lines = LINES.slice(0, n);
    const bytes = Buffer.from(lines.map((line) => `${line}\n`).join(''));
    const wanted = n === 0 ? '[]\n' : `[\n${lines.join(',\n')}\n]\n`;
    expect(JSON.parse(wanted)).toHaveLength(n);
    for (const chunks of cuts(bytes)) {
      expect(await through(chunks, new LinesToArray())).toBe(wanted);
    }
  });
});

describe('ArrayToLines', () => {
  it.each([0, 1, 2])('gives %s lines back, however the array is cut', async (n) => {
    const wanted = LINES.slice(0, n)
      .map((line) => `${line}\n`)
      .join('');
    const array = Buffer.from(n === 0 ? '[]\n' : `[\n${LINES.slice(0, n).join(',\n')}\n]\n`);
    for (const chunks of cuts(array)) {
      expect(await through(chunks, new ArrayToLines())).toBe(wanted);
    }
  });

  it('reads an array whose last line has no end', async () => {
    expect(await through([Buffer.from('[\n{"a":1}\n]')], new ArrayToLines())).toBe('{"a":1}\n');
  });
});

describe('a line that comes in many pieces', () => {
  const PIECES = 64;
  const line = Buffer.from(`{"a":"${'x,'.repeat(2_000 * PIECES)}"}`);
  const array = Buffer.concat([Buffer.from('[\n'), line, Buffer.from('\n]\n')]);
  const lines = Buffer.concat([line, Buffer.from('\n')]);

  afterEach(() => jest.restoreAllMocks());

  it.each([
    ['LinesToArray', () => new LinesToArray(), lines, array],
    ['ArrayToLines', () => new ArrayToLines(), array, lines],
  ] as const)('is copied a fixed number of times by %s', async (_name, make, from, to) => {
    const size = Math.ceil(from.length / PIECES);
    const pieces = Array.from({ length: PIECES }, (_, i) =>
      from.subarray(i * size, (i + 1) * size),
    );
    const concat = jest.spyOn(Buffer, 'concat');
    const made = await through(pieces, make());
    const copied = concat.mock.results.reduce<number>(
      (sum, { value }) => sum + (Buffer.isBuffer(value) ? value.length : 0),
      0,
    );
    expect(made).toBe(to.toString());
    // Once by the stream, once by the test itself.
    expect(copied).toBeLessThan(2.1 * from.length);
  });
});
