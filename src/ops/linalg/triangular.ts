// Triangular systems.
import { ShapeError } from '../../core/errors.ts';
import type { CoreOp } from '../../core/op.ts';
import { formatShape, sizeOf } from '../../core/shape.ts';
import type { Value } from '../../core/value.ts';
import { neg } from '../math.ts';
import { matmul } from '../matmul.ts';
import { constant, disconnected } from '../create.ts';
import { tril, triu } from '../triangle.ts';
import { applyToMatrices, copied, eachMatrix, indexed, mT, matrices, squares, together } from './matrices.ts';

interface TriangularAttrs {
  readonly upper: boolean;
  readonly unitriangular: boolean;
}

export const solveTriangularOp: CoreOp<TriangularAttrs> = {
  name: 'solveTriangular',
  kind: 'core',
  infer: ([, b]) => b,
  // Read through strides, so that a transposed triangle is not copied.
  access: (input) => (input === 0 ? { kind: 'strided' } : indexed()),
  passes: ({ inputs: [a, b], attrs: { upper, unitriangular } }) => {
    const [count, n, columns] = b.shape;
    const size = sizeOf(b.shape);
    const [batch, row, col] = a.strides;
    return [
      {
        shader: 'triangular',
        constants: { UPPER: upper, UNIT: unitriangular },
        params: { count, n, columns, a_offset: a.offset, a_batch: batch, a_row: row, a_col: col },
        workgroups: Math.ceil((count * columns) / 64),
        reads: { a: 0, b: 1 },
        scratchElements: size,
      },
      copied(size),
    ];
  },
  cpu: ([a, b], output, { upper, unitriangular }) => {
    const [, n, columns] = b.shape;
    eachMatrix(a, (matrix, index) => {
      const at = index * n * columns;
      for (let c = 0; c < columns; c++) {
        const x = new Float64Array(n);
        for (let step = 0; step < n; step++) {
          const i = upper ? n - 1 - step : step;
          let rest: number = b.data[at + i * columns + c];
          for (let k = upper ? i + 1 : 0; k < (upper ? n : i); k++) rest -= matrix[i * n + k] * x[k];
          x[i] = unitriangular ? rest : rest / matrix[i * n + i];
          output.data[at + i * columns + c] = x[i];
        }
      }
    });
  },
  // Giles, Collected Matrix Derivative Results for Forward and Reverse Mode AD (2008), 2.2.3, for the triangle alone.
  grad: (g, y, needs) => {
    const [a] = y.inputs;
    const { upper, unitriangular } = y.attrs;
    const gb = applyToMatrices(solveTriangularOp, [mT(a), g], { upper: !upper, unitriangular });
    const ga = (): Value => {
      const full = neg(matmul(gb, mT(y)));
      const skip = unitriangular ? 1 : 0;
      return upper ? triu(full, skip) : tril(full, -skip);
    };
    return [needs[0] ? ga() : null, gb];
  },
};

interface SolveTriangularOptions {
  /** The upper triangle of A is used, not the lower one. */
  readonly upper: boolean;
  /** false: solves X·A = B. */
  readonly left?: boolean | undefined;
  /** A's diagonal is taken as ones. */
  readonly unitriangular?: boolean | undefined;
}

/**
 * X with A·X = B, for triangular A. A [.., n, n], B [.., n, k] → [.., n, k]; batches broadcast. The other triangle is not
 * read. A zero on the diagonal makes infinities or NaN. Cost: one GPU invocation a column of B, n² / 2 steps each.
 */
export function solveTriangular(
  a: Value,
  b: Value,
  { upper, left = true, unitriangular = false }: SolveTriangularOptions,
): Value {
  squares('solveTriangular', a);
  matrices('solveTriangular', b);
  if (!left) return mT(solveTriangular(mT(a), mT(b), { upper: !upper, unitriangular }));
  const n = a.shape[a.shape.length - 1];
  if (b.shape[b.shape.length - 2] !== n) {
    throw new ShapeError('solveTriangular: the rows of B do not fit A', {
      expected: `[.., ${n}, k]`,
      got: formatShape(b.shape),
    });
  }
  const [x, y] = together('solveTriangular', a, b);
  if (y.size === 0) return disconnected(constant(0, y.shape, 'f32'), [a, b]);
  return applyToMatrices(solveTriangularOp, [x, y], { upper, unitriangular });
}
