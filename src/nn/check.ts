// Checks of the numbers that modules are made with.
import { ValueError } from '../core/errors.ts';

/** A whole number from 0, or an error that names it. */
export function checkSize(name: string, value: number): number {
  if (Number.isSafeInteger(value) && value >= 0) return value;
  throw new ValueError(`${name} is not a size`, { expected: 'a whole number from 0', got: String(value) });
}
