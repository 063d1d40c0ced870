import { growthExponent } from '../figures/growth';
import { logScale, type LogScale } from './log-scale';
import type { Series } from './series';

const WIDTH = 840;
const HEIGHT = 460;
const LEFT = 70;
const RIGHT = 500;
const TOP = 20;
const BOTTOM = 400;
const LINE = 20;

/** Told apart by people who see colours otherwise, too. */
const COLOURS = ['#0072b2', '#56b4e9', '#d55e00', '#e69f00', '#009e73'] as const;

/** Draws seconds over rows, both on logarithmic axes: a straight line at 45 degrees is linear growth. */
export function growthSvg(series: readonly Series[]): string {
  const points = series.flatMap((one) => one.points);
  const x = logScale(
    points.map(({ rows }) => rows),
    { start: LEFT, end: RIGHT },
  );
  const y = logScale(
    points.map(({ seconds }) => seconds),
    { start: BOTTOM, end: TOP },
  );
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" font-family="sans-serif" font-size="12">`,
    `<rect width="${WIDTH}" height="${HEIGHT}" fill="#ffffff"/>`,
    ...x.powers.map((power) => upright(x.at(power), power)),
    ...y.powers.map((power) => level(y.at(power), power)),
    text({ x: (LEFT + RIGHT) / 2, y: BOTTOM + 45 }, 'rows of the project', 'middle'),
    text({ x: LEFT, y: TOP - 6 }, 'seconds, median', 'middle'),
    ...series.flatMap((one, at) => drawn(one, { x, y, at })),
    '</svg>',
    '',
  ].join('\n');
}

function upright(x: number, power: number): string {
  return [
    `<line x1="${fixed(x)}" y1="${TOP}" x2="${fixed(x)}" y2="${BOTTOM}" stroke="#dddddd"/>`,
    text({ x, y: BOTTOM + 18 }, named(power), 'middle'),
  ].join('\n');
}

function level(y: number, power: number): string {
  return [
    `<line x1="${LEFT}" y1="${fixed(y)}" x2="${RIGHT}" y2="${fixed(y)}" stroke="#dddddd"/>`,
    text({ x: LEFT - 8, y: y + 4 }, named(power), 'end'),
  ].join('\n');
}

interface Axes {
  readonly x: LogScale;
  readonly y: LogScale;
  /** Which of the series it is. */
  readonly at: number;
}

function drawn({ mover, points }: Series, { x, y, at }: Axes): readonly string[] {
  const colour = COLOURS[at % COLOURS.length] ?? COLOURS[0];
  const places = points.map(({ rows, seconds }) => [fixed(x.at(rows)), fixed(y.at(seconds))]);
  const line = places.map((place) => place.join(',')).join(' ');
  const exponent = growthExponent(points);
  const words =
    exponent === undefined ? mover : `${mover}: rows to the power of ${exponent.toFixed(2)}`;
  const key = { x: RIGHT + 34, y: TOP + LINE * (at + 1) };
  return [
    `<polyline points="${line}" fill="none" stroke="${colour}" stroke-width="2"/>`,
    ...places.map(([cx, cy]) => `<circle cx="${cx}" cy="${cy}" r="3.5" fill="${colour}"/>`),
    `<line x1="${key.x - 24}" y1="${key.y - 4}" x2="${key.x - 6}" y2="${key.y - 4}" stroke="${colour}" stroke-width="3"/>`,
    text(key, words, 'start'),
  ];
}

function text(
  { x, y }: { readonly x: number; readonly y: number },
  words: string,
  anchor: 'start' | 'middle' | 'end',
): string {
  return `<text x="${fixed(x)}" y="${fixed(y)}" text-anchor="${anchor}">${words}</text>`;
}

/** `0.1`, `100`, `10 k`, `1 M`. */
function named(power: number): string {
  if (power >= 1_000_000) return `${power / 1_000_000} M`;
  if (power >= 1_000) return `${power / 1_000} k`;
  return String(Number(power.toPrecision(1)));
}

function fixed(value: number): string {
  return value.toFixed(1);
}
