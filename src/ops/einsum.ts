// Einstein summation: products over named dimensions, contracted two operands at a time.
import { ShapeError, ValueError } from '../core/errors.ts';
import { formatShape, normalizeDim, sizeOf } from '../core/shape.ts';
import type { Value } from '../core/value.ts';
import { mul } from './arithmetic.ts';
import { diagonal } from './diagonal.ts';
import { matmul } from './matmul.ts';
import { permute, reshape } from './movement.ts';
import { sum } from './reduce.ts';

/** An operand whose dimensions have names; no name twice. */
interface Labelled {
  readonly x: Value;
  readonly labels: readonly string[];
}
const sizeIn = ({ x, labels }: Labelled, label: string): number => x.shape[labels.indexOf(label)];

/** The dimensions in this order; all have to be there. */
const ordered = ({ x, labels }: Labelled, order: readonly string[]): Value =>
  permute(
    x,
    order.map((label) => labels.indexOf(label)),
  );

/** Without the dimensions whose names are not kept: summed. */
function summed(a: Labelled, kept: (label: string) => boolean): Labelled {
  const dims = a.labels.flatMap((label, d) => (kept(label) ? [] : [d]));
  if (dims.length === 0) return a;
  return { x: sum(a.x, { dim: dims }), labels: a.labels.filter(kept) };
}

/** A dimension of length 1 of a name that is longer elsewhere says nothing: it goes. */
function squeezed(operands: readonly Labelled[]): Labelled[] {
  const longest = new Map<string, number>();
  for (const { x, labels } of operands) {
    labels.forEach((label, d) => {
      const known = longest.get(label) ?? 1;
      const n = x.shape[d];
      if (known !== 1 && n !== 1 && known !== n) {
        throw new ShapeError('einsum: one name, two lengths', {
          where: `dimension ${label.startsWith('.') ? 'of the ellipsis' : `'${label}'`}`,
          expected: String(known),
          got: String(n),
        });
      }
      longest.set(label, n === 1 ? known : n);
    });
  }
  return operands.map(({ x, labels }) => {
    const stays = labels.map((label, d) => x.shape[d] === longest.get(label));
    return { x: reshape(x, x.shape.filter((_, d) => stays[d])), labels: labels.filter((_, d) => stays[d]) }; // prettier-ignore
  });
}

/** The product of two, summed over what is not kept: one batched matrix product, or elementwise where nothing is summed. */
function contracted(a: Labelled, b: Labelled, kept: (label: string) => boolean): Labelled {
  const left = summed(a, (label) => kept(label) || b.labels.includes(label));
  const right = summed(b, (label) => kept(label) || a.labels.includes(label));
  const common = left.labels.filter((label) => right.labels.includes(label));
  const batch = common.filter(kept);
  const inner = common.filter((label) => !kept(label));
  const rows = left.labels.filter((label) => !common.includes(label));
  const columns = right.labels.filter((label) => !common.includes(label));
  const sizes = (from: Labelled, labels: readonly string[]): number[] =>
    labels.map((label) => sizeIn(from, label));
  const [many, m, k, n] = [
    sizeOf(sizes(left, batch)),
    sizeOf(sizes(left, rows)),
    sizeOf(sizes(left, inner)),
    sizeOf(sizes(right, columns)),
  ];
  const p = reshape(ordered(left, [...batch, ...rows, ...inner]), [many, m, k]);
  const q = reshape(ordered(right, [...batch, ...inner, ...columns]), [many, k, n]);
  const single = many === 1 && batch.length === 0;
  const product =
    inner.length === 0 ? mul(p, q) : single ? matmul(reshape(p, [m, k]), reshape(q, [k, n])) : matmul(p, q);
  const labels = [...batch, ...rows, ...columns];
  const shape = [...sizes(left, batch), ...sizes(left, rows), ...sizes(right, columns)];
  return { x: reshape(product, shape), labels };
}

/** Σ of the product of all operands over the names that `output` does not have; the rest in its order. */
function sumOfProducts(operands: readonly Labelled[], output: readonly string[]): Value {
  const parts = squeezed(operands);
  const total = parts.slice(1).reduce((left, right, i) => {
    const later = parts.slice(i + 2);
    return contracted(
      left,
      right,
      (label) => output.includes(label) || later.some((part) => part.labels.includes(label)),
    );
  }, parts[0]);
  return ordered(
    summed(total, (label) => output.includes(label)),
    output,
  );
}

const malformed = (equation: string, got: string): ValueError =>
  new ValueError('einsum: the equation cannot be read', {
    where: `'${equation}'`,
    expected: "letters for the dimensions of each operand, '...' for the rest, as in 'bij,bjk->bik'",
    got,
  });

/** The letters of a term, its ellipsis as names '.n' … '.0' counted from the right. */
function labelsOf(equation: string, term: string, ellipsis: number): string[] {
  const [before, after, ...more] = term.split('...');
  const letters = `${before}${after ?? ''}`.split('');
  if (more.length > 0 || letters.some((letter) => !/^[a-zA-Z]$/.test(letter))) {
    throw malformed(equation, `'${term}'`);
  }
  const dots = Array.from({ length: ellipsis }, (_, i) => `.${ellipsis - 1 - i}`);
  return after === undefined ? before.split('') : [...before.split(''), ...dots, ...after.split('')];
}

/** An operand with names; a dimension that is named twice is read along its diagonal. */
function labelled(equation: string, term: string, x: Value): Labelled {
  const letters = term.replaceAll('.', '').length;
  const rest = x.shape.length - letters;
  if (rest < 0 || (rest > 0 && !term.includes('...'))) {
    throw new ShapeError('einsum: a term names another number of dimensions', {
      where: `'${term}' in '${equation}'`,
      expected: String(letters),
      got: formatShape(x.shape),
    });
  }
  let one: Labelled = { x, labels: labelsOf(equation, term, rest) };
  for (const label of new Set(one.labels)) {
    for (let second = twice(one, label); second >= 0; second = twice(one, label)) {
      const first = one.labels.indexOf(label);
      if (one.x.shape[first] !== one.x.shape[second]) {
        throw new ShapeError('einsum: a diagonal of unlike dimensions', {
          where: `'${term}' in '${equation}'`,
          got: formatShape(x.shape),
        });
      }
      const labels = one.labels.filter((_, d) => d !== first && d !== second);
      one = { x: diagonal(one.x, { dim1: first, dim2: second }), labels: [...labels, label] };
    }
  }
  return one;
}
const twice = ({ labels }: Labelled, label: string): number =>
  labels.indexOf(label, labels.indexOf(label) + 1);

/**
 * The sum of products that the equation names: 'ij,jk->ik' is a matrix product, 'ii' a trace, 'b...,b...->...' a sum over
 * b. Without '->' the result has the ellipsis, then the letters that stand once, in alphabetical order. Operands are
 * contracted from left to right, each time by one matrix product.
 */
export function einsum(equation: string, operands: readonly Value[]): Value {
  const [left, right, ...more] = equation.replaceAll(' ', '').split('->');
  const terms = left.split(',');
  if (more.length > 0) throw malformed(equation, "more than one '->'");
  if (terms.length !== operands.length || operands.length === 0) {
    throw new ValueError('einsum: one term for each operand', {
      where: `'${equation}'`,
      expected: `${terms.length} operands`,
      got: String(operands.length),
    });
  }
  const parts = operands.map((x, i) => labelled(equation, terms[i], x));
  const dots = Math.max(0, ...parts.map(({ labels }) => labels.filter((l) => l.startsWith('.')).length));
  const output =
    right === undefined ? implied(terms, dots) : labelsOf(equation, right, right.includes('...') ? dots : 0);
  const known = new Set(parts.flatMap(({ labels }) => labels));
  if (new Set(output).size !== output.length || output.some((label) => !known.has(label))) {
    throw malformed(equation, `the result '${right ?? ''}', with a letter that stands twice or nowhere`);
  }
  return sumOfProducts(parts, output);
}
function implied(terms: readonly string[], dots: number): string[] {
  const letters = terms.join('').replaceAll('.', '').split('');
  const once = letters.filter((letter) => letters.indexOf(letter) === letters.lastIndexOf(letter)).sort();
  return [...Array.from({ length: dots }, (_, i) => `.${dots - 1 - i}`), ...once];
}

export interface TensordotOptions {
  /** Last dimensions of a and first ones of b, by number, or lists of the dimensions of a and of b. */
  readonly dims?: number | readonly [readonly number[], readonly number[]] | undefined;
}
/** Sums of products over dimensions of both; the rest of a's, then the rest of b's. */
export function tensordot(a: Value, b: Value, { dims = 2 }: TensordotOptions = {}): Value {
  const count = typeof dims === 'number' ? dims : dims[0].length;
  if (!Number.isInteger(count) || count < 0 || (typeof dims !== 'number' && dims[1].length !== count)) {
    throw new ValueError('tensordot: as many dimensions of one as of the other', {
      got: JSON.stringify(dims),
    });
  }
  const [ofA, ofB] =
    typeof dims === 'number'
      ? [Array.from({ length: count }, (_, i) => i - count), Array.from({ length: count }, (_, i) => i)]
      : dims;
  const at = (x: Value, list: readonly number[]): number[] =>
    list.map((dim) => normalizeDim(dim, x.shape.length, 'tensordot'));
  const [left, right] = [at(a, ofA), at(b, ofB)];
  const labelsA = a.shape.map((_, d) => (left.includes(d) ? `s${left.indexOf(d)}` : `a${d}`));
  const labelsB = b.shape.map((_, d) => (right.includes(d) ? `s${right.indexOf(d)}` : `b${d}`));
  const output = [...labelsA, ...labelsB].filter((label) => !label.startsWith('s'));
  return sumOfProducts(
    [
      { x: a, labels: labelsA },
      { x: b, labels: labelsB },
    ],
    output,
  );
}

/** Products summed over the last dimension of both. [.., n] × [.., n] → [.., ..]; a scalar scales */
export function inner(a: Value, b: Value): Value {
  if (a.shape.length === 0 || b.shape.length === 0) return mul(a, b);
  const [n, own] = [a.shape[a.shape.length - 1], b.shape[b.shape.length - 1]];
  if (n !== own) {
    throw new ShapeError('inner: the last dimensions differ', {
      got: `${formatShape(a.shape)} and ${formatShape(b.shape)}`,
    });
  }
  return tensordot(a, b, { dims: [[-1], [-1]] });
}
