// How two answers to the same question are compared, and what is said where they differ.
import type { DType, TypedArray } from '../../core/dtype.ts';
import { WgradError } from '../../core/errors.ts';
import { type Shape, formatShape } from '../../core/shape.ts';

/** How far an answer may be from the reference. */
export interface Allowance {
  /** Relative to the reference's number. Default 1e-5. */
  readonly rtol?: number;
  /** Relative to the largest number of the tensor. Default 1e-6. */
  readonly atol?: number;
}

/** A tensor that takes part in a divergence. */
export interface Involved {
  /** The operation that it comes from. */
  readonly op: string;
  readonly shape: Shape;
  readonly dtype: DType;
  readonly data: TypedArray;
}

/** A kernel whose numbers are not the reference's. */
export interface Divergence {
  /** What the kernel computes, as in explain(): 'matmul+add+sigmoid [32, 4]'. */
  readonly kernel: string;
  /** The operation whose result differs. */
  readonly op: string;
  readonly shape: Shape;
  readonly dtype: DType;
  /** Coordinates of the first element that differs. */
  readonly index: readonly number[];
  readonly got: number;
  readonly expected: number;
  /** Elements that differ, and elements in all. */
  readonly count: number;
  readonly size: number;
  /** The line that asked for the operation, where the engine's stack showed one. */
  readonly line: string | null;
  /** What the kernel read, with numbers. */
  readonly inputs: readonly Involved[];
  /** The kernel's passes. */
  readonly wgsl: readonly string[];
}

/** A kernel's numbers are not those of the CPU reference. */
export class VerifyError extends WgradError {
  override readonly name: string = 'VerifyError';
  override readonly code: string = 'VERIFY';
  readonly divergence: Divergence;

  constructor(divergence: Divergence) {
    const { kernel, op, shape, dtype, index, got, expected, count, size, line, inputs } = divergence;
    super(`a kernel differs from the CPU reference: ${kernel}`, {
      where: [
        `${op}, ${dtype} ${formatShape(shape)}, element [${index.join(', ')}]; ${count} of ${size} elements differ`,
        ...(line === null ? [] : [line]),
        ...inputs.map((x) => `read ${x.op}, ${x.dtype} ${formatShape(x.shape)}`),
      ].join('\n            '),
      expected: String(expected),
      got: String(got),
      fix: 'verify.reproduction(error.divergence) gives its inputs as a file, error.divergence.wgsl the kernel',
    });
    this.divergence = divergence;
  }
}

export interface Difference {
  readonly at: number;
  readonly count: number;
}

/**
 * The first element of `got` that is neither near the reference in double precision nor explained by rounding. The
 * reference in single precision shows how much rounding costs here: eight times that is allowed besides.
 */
export function firstDifference(
  got: TypedArray,
  doubles: TypedArray,
  singles: TypedArray,
  dtype: DType,
  { rtol = 1e-5, atol = 1e-6 }: Allowance,
): Difference | null {
  let scale = 0;
  for (const x of doubles) if (Number.isFinite(x) && Math.abs(x) > scale) scale = Math.abs(x);
  const isSame = (i: number): boolean => {
    const [a, b, c] = [got[i], doubles[i], singles[i]];
    if (Object.is(a, b) || a === b || a === c || (Number.isNaN(a) && Number.isNaN(c))) return true;
    // Whole numbers that hang on a comparison of floats may fall either way where the two references disagree.
    if (dtype !== 'f32') return b !== c;
    return Math.abs(a - b) <= rtol * Math.abs(b) + atol * scale + 8 * Math.abs(b - c);
  };
  let first = -1;
  let count = 0;
  for (let i = 0; i < got.length; i++) {
    if (isSame(i)) continue;
    if (first < 0) first = i;
    count++;
  }
  return first < 0 ? null : { at: first, count };
}
