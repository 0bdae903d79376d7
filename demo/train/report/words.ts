// Numbers as a reader likes them: percentages, small counts in words, intervals; pure text.

const SMALL = [
  'no',
  'one',
  'two',
  'three',
  'four',
  'five',
  'six',
  'seven',
  'eight',
  'nine',
  'ten',
  'eleven',
  'twelve',
];

/** A count in words up to twelve, in figures beyond. */
export const inWords = (count: number): string => SMALL[count] ?? count.toLocaleString('en-US');

export const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

/** A share as '84.2 %', with a narrow no-break space; fewer digits where they would say nothing. */
export function share(value: number, digits = 1): string {
  return Number.isFinite(value) ? `${(value * 100).toFixed(digits)}\u202f%` : '–';
}

/** A list as 'a, b and c'. */
export function listed(items: readonly string[]): string {
  if (items.length < 2) return items.join('');
  return `${items.slice(0, -1).join(', ')} and ${items.at(-1) ?? ''}`;
}

/** Seconds as '0.8 s', '34 s' or '3 min 20 s'. */
export function duration(seconds: number): string {
  if (seconds < 10) return `${seconds.toFixed(1)}\u202fs`;
  const whole = Math.round(seconds);
  return whole < 100 ? `${whole}\u202fs` : `${Math.floor(whole / 60)}\u202fmin ${whole % 60}\u202fs`;
}

/** The 95 % interval of a share by Wilson's method: `right` successes out of `count`. */
export function wilson(right: number, count: number): readonly [number, number] {
  const z = 1.96;
  const p = right / count;
  const centre = (p + (z * z) / (2 * count)) / (1 + (z * z) / count);
  const half = (z / (1 + (z * z) / count)) * Math.sqrt((p * (1 - p)) / count + (z * z) / (4 * count * count));
  return [Math.max(0, centre - half), Math.min(1, centre + half)];
}
