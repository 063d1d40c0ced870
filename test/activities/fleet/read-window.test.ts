import { readWindow } from '../../../activities/read-window';
import type { Window } from '../../../workflows/domain/limits';

const NIGHTS: Window = { from: '22:00', to: '05:00', timezone: 'Europe/Berlin' };
const DAYTIME: Window = { from: '09:00', to: '17:00', timezone: 'Europe/Berlin' };
const WORKDAYS: Window = { ...NIGHTS, days: ['mon', 'tue', 'wed', 'thu', 'fri'] };

type Row = readonly [says: string, window: Window, now: string, isOpen: boolean, changesAt: string];

// 2026: Berlin changes to summer time on 29 March (01:00Z), and back on 25 October (01:00Z).
const ROWS: readonly Row[] = [
  ['before it opens', DAYTIME, '2026-01-14T07:59:59.999Z', false, '2026-01-14T08:00Z'],
  ['as it opens', DAYTIME, '2026-01-14T08:00Z', true, '2026-01-14T16:00Z'],
  ['right before it closes', DAYTIME, '2026-01-14T15:59:59.999Z', true, '2026-01-14T16:00Z'],
  ['as it closes', DAYTIME, '2026-01-14T16:00Z', false, '2026-01-15T08:00Z'],
  ['by the clock of summer', DAYTIME, '2026-07-14T07:00Z', true, '2026-07-14T15:00Z'],
  ['in the evening', NIGHTS, '2026-01-14T21:00Z', true, '2026-01-15T04:00Z'],
  ['past midnight', NIGHTS, '2026-01-15T03:59Z', true, '2026-01-15T04:00Z'],
  ['at noon', NIGHTS, '2026-01-15T11:00Z', false, '2026-01-15T21:00Z'],
  ['in the short night', NIGHTS, '2026-03-28T21:00Z', true, '2026-03-29T03:00Z'],
  ['after the short night', NIGHTS, '2026-03-29T03:00Z', false, '2026-03-29T20:00Z'],
  ['in the long night', NIGHTS, '2026-10-24T20:00Z', true, '2026-10-25T04:00Z'],
  ['after the long night', NIGHTS, '2026-10-25T04:00Z', false, '2026-10-25T21:00Z'],
  ['on a Friday night', WORKDAYS, '2026-01-16T22:00Z', true, '2026-01-17T04:00Z'],
  ['on a Saturday', WORKDAYS, '2026-01-17T22:00Z', false, '2026-01-19T21:00Z'],
  ['on Monday before dawn', WORKDAYS, '2026-01-19T02:00Z', false, '2026-01-19T21:00Z'],
];

/** Windows whose own times do not exist, or exist twice. */
const ODD: readonly Row[] = [
  [
    'opens as the clock jumps',
    odd('02:30', '04:00'),
    '2026-03-29T01:00Z',
    true,
    '2026-03-29T02:00Z',
  ],
  ['is shut before', odd('02:30', '04:00'), '2026-03-29T00:59Z', false, '2026-03-29T01:00Z'],
  ['closes as it jumps', odd('22:00', '02:30'), '2026-03-28T22:00Z', true, '2026-03-29T01:00Z'],
  ['is lost for a day', odd('02:15', '02:45'), '2026-03-29T00:30Z', false, '2026-03-30T00:15Z'],
  ['opens the first time', odd('02:30', '04:00'), '2026-10-25T00:30Z', true, '2026-10-25T03:00Z'],
  ['closes the first time', odd('22:00', '02:30'), '2026-10-25T00:29Z', true, '2026-10-25T00:30Z'],
  ['stays closed then', odd('22:00', '02:30'), '2026-10-25T01:15Z', false, '2026-10-25T21:00Z'],
];

function odd(from: string, to: string): Window {
  return { from, to, timezone: 'Europe/Berlin' };
}

const told = (window: Window, now: string): unknown => {
  const { isOpen, changesAt } = readWindow(window, Date.parse(now));
  return { isOpen, changesAt: new Date(changesAt).toISOString() };
};

describe('readWindow', () => {
  it.each(ROWS)('%s', (...[, window, now, isOpen, changesAt]) => {
    expect(told(window, now)).toEqual({ isOpen, changesAt: new Date(changesAt).toISOString() });
  });

  it.each(ODD)('%s where its own time is one that the clock changes at', (...row) => {
    const [, window, now, isOpen, changesAt] = row;
    expect(told(window, now)).toEqual({ isOpen, changesAt: new Date(changesAt).toISOString() });
  });

  it('takes equal times for the whole day, and days that meet for one window', () => {
    const sunday: Window = { ...odd('00:00', '00:00'), days: ['sun'] };
    expect(told(sunday, '2026-10-25T12:00Z')).toEqual({
      isOpen: true,
      changesAt: '2026-10-25T23:00:00.000Z',
    });
    const weekend: Window = { ...odd('06:00', '06:00'), days: ['sat', 'sun'] };
    expect(told(weekend, '2026-01-17T05:00Z')).toEqual({
      isOpen: true,
      changesAt: '2026-01-19T05:00:00.000Z',
    });
  });

  it('is always open where every day is whole, and asks again within two weeks', () => {
    const now = Date.parse('2026-01-17T05:00Z');
    const { isOpen, changesAt } = readWindow(odd('12:00', '12:00'), now);
    expect(isOpen).toBe(true);
    expect(changesAt - now).toBeGreaterThan(7 * 86_400_000);
    expect(changesAt - now).toBeLessThan(17 * 86_400_000);
  });

  it('knows a lost weekly window to come a week later', () => {
    const weekly: Window = { ...odd('02:15', '02:45'), days: ['sun'] };
    expect(told(weekly, '2026-03-28T12:00Z')).toEqual({
      isOpen: false,
      changesAt: '2026-04-05T00:15:00.000Z',
    });
  });
});
