// Which line of a user's program led here.

/** The line outside of the library that led here; the whole trace where the two cannot be told apart, as in a bundle. */
export function callLine(): string {
  const lines = (new Error('').stack ?? '').split('\n').filter((line) => /:\d+/.test(line));
  const own = /(\S*\/)core\/caller\.\w+/.exec(lines[0] ?? '')?.[1]?.replace(/^.*\(/, '') ?? '';
  const outside = own === '' ? undefined : lines.find((line) => !line.includes(own));
  return (outside ?? lines.slice(0, 8).join(' ')).trim();
}
