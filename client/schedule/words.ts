/** A moment for people, in UTC to the second: `2026-11-23 22:00:00 UTC`. */
export function moment(date: Date | undefined): string {
  if (date === undefined) return 'none';
  return `${date.toISOString().slice(0, 19).replace('T', ' ')} UTC`;
}
