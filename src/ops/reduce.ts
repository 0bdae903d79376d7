// Reductions along dimensions: sum, product, extremes; and what is one reduction and a formula away.
import { ShapeError } from '../core/errors.ts';
import type { CoreOp, GradRule, KernelPass } from '../core/op.ts';
import { type Shape, formatShape, normalizeDims, sizeOf } from '../core/shape.ts';
import { type Value, applyCore } from '../core/value.ts';
import { div, mul, where } from './arithmetic.ts';
import { cast } from './cast.ts';
import { eq, isnan, logicalOr, ne } from './comparison.ts';
import { constant, disconnected, iota } from './create.ts';
import { cat } from './joining.ts';
import { expand, narrow, permute, reshape } from './movement.ts';

export interface ReduceOptions {
  /** Dimensions to reduce; all where none is named. */
  readonly dim?: number | readonly number[] | undefined;
  /** Whether the reduced dimensions stay, with length 1. */
  readonly keepdim?: boolean | undefined;
}
interface ReduceAttrs {
  readonly dims: readonly number[];
}

/** Most additions one invocation does in a row: keeps sums accurate and every processor busy. */
const RUN = 256;
/** Most partial results of one pass. */
const PARTIALS = 65_536;

/** A dimension's place when the kept dimensions come first, then the reduced ones. */
function keptFirst(rank: number, dims: readonly number[]): number[] {
  const all = Array.from({ length: rank }, (_, i) => i);
  return [...all.filter((d) => !dims.includes(d)), ...dims];
}
const keptShape = (shape: Shape, dims: readonly number[]): number[] =>
  shape.filter((_, d) => !dims.includes(d));

/** Passes that fold ever fewer elements: each invocation folds at most RUN elements, until one is left an output. */
function reducePasses(
  outputs: number,
  length: number,
  functions: Record<string, string>,
  T: string,
): KernelPass[] {
  const passes: KernelPass[] = [];
  for (let rest = length; ;) {
    const lanes =
      rest <= RUN
        ? 1
        : Math.max(
            2,
            Math.min(Math.ceil(rest / (RUN / 2)), Math.floor(PARTIALS / Math.min(outputs, PARTIALS))),
          );
    passes.push({
      shader: 'reduce',
      aliases: { T },
      functions,
      params: { outputs, length: rest, lanes },
      workgroups: Math.ceil((outputs * lanes) / 64),
      reads: { a: passes.length === 0 ? 0 : 'scratch' },
      ...(lanes === 1 ? {} : { scratchElements: outputs * lanes }),
    });
    if (lanes === 1) return passes;
    rest = lanes;
  }
}

interface Fold {
  readonly wgsl: (dtype: string) => string;
  readonly cpu: (a: number, b: number) => number;
  readonly integer?: (a: number, b: number) => number;
  readonly grad: GradRule<ReduceAttrs> | null;
  readonly linear?: true;
}
function reduceOp(name: string, fold: Fold): CoreOp<ReduceAttrs> {
  return {
    name,
    kind: 'core',
    infer: ([x], { dims }) => ({ shape: keptShape(x.shape, dims), dtype: x.dtype }),
    access: (_, { dims }, [x]) => ({ kind: 'indexed', dims: keptFirst(x.shape.length, dims) }),
    passes: ({ inputs: [x], output, attrs: { dims } }) => {
      const length = dims.reduce((product, dim) => product * x.shape[dim], 1);
      return reducePasses(
        sizeOf(output.shape),
        length,
        { combine: `return ${fold.wgsl(x.dtype)};` },
        x.dtype,
      );
    },
    cpu: ([x], output, { dims }) => {
      const combine = x.dtype === 'f32' ? fold.cpu : (fold.integer ?? fold.cpu);
      const order = keptFirst(x.shape.length, dims);
      const sizes = order.map((d) => x.shape[d]);
      const strides = order.map((d) => sizeOf(x.shape.slice(d + 1)));
      const length = sizeOf(dims.map((d) => x.shape[d]));
      for (let o = 0; o < output.data.length; o++) {
        let total = NaN;
        for (let r = 0; r < length; r++) {
          let rest = o * length + r;
          let index = 0;
          for (let d = order.length - 1; d >= 0; d--) {
            index += (rest % sizes[d]) * strides[d];
            rest = Math.floor(rest / sizes[d]);
          }
          total = r === 0 ? x.data[index] : combine(total, x.data[index]);
        }
        output.data[o] = total;
      }
    },
    grad: fold.grad,
    batch: 'shift',
    ...(fold.linear === undefined ? {} : { linear: fold.linear }),
  };
}

/** y of a reduction of x over dims, spread over x's shape again. */
export function spreadOver(y: Value, x: Value, dims: readonly number[]): Value {
  return expand(
    reshape(
      y,
      x.shape.map((n, d) => (dims.includes(d) ? 1 : n)),
    ),
    x.shape,
  );
}

export const sumOp = reduceOp('sum', {
  wgsl: () => 'a + b',
  cpu: (a, b) => a + b,
  integer: (a, b) => (a + b) | 0,
  grad: (g, { inputs: [x], attrs: { dims } }) => [spreadOver(g, x, dims)],
  linear: true,
});
export const prodOp = reduceOp('prod', {
  wgsl: () => 'a * b',
  cpu: (a, b) => a * b,
  integer: Math.imul,
  grad: (g, { inputs: [x], attrs: { dims } }) => [prodGrad(g, x, dims)],
});
/** Tied extremes share the gradient. */
const extremeGrad: GradRule<ReduceAttrs> = (g, y) => {
  const [x] = y.inputs;
  const { dims } = y.attrs;
  const mask = eq(x, spreadOver(y, x, dims));
  const share = div(g, sum(cast(mask, 'f32'), { dim: dims }));
  // A product: where NaN is the extreme nothing equals it, and 0 · g/0 is PyTorch's NaN.
  return [mul(cast(mask, 'f32'), spreadOver(share, x, dims))];
};
export const amaxOp = reduceOp('amax', {
  wgsl: (dtype) => (dtype === 'f32' ? 'max_(a, b)' : 'max(a, b)'),
  cpu: Math.max,
  grad: extremeGrad,
});
export const aminOp = reduceOp('amin', {
  wgsl: (dtype) => (dtype === 'f32' ? 'min_(a, b)' : 'min(a, b)'),
  cpu: Math.min,
  grad: extremeGrad,
});

/** Applies a reduction; `empty` is its value over no elements, null where there is none. */
function reduce(op: CoreOp<ReduceAttrs>, x: Value, options: ReduceOptions, empty: number | null): Value {
  const dims = normalizeDims(options.dim, x.shape.length, op.name);
  const kept = keptShape(x.shape, dims);
  const shape = options.keepdim === true ? x.shape.map((n, d) => (dims.includes(d) ? 1 : n)) : kept;
  if (x.size === 0) {
    if (empty === null && sizeOf(kept) > 0) {
      throw new ShapeError(`${op.name}: no elements to choose from`, { got: formatShape(x.shape) });
    }
    return disconnected(constant(empty ?? 0, shape, x.dtype), [x]);
  }
  if (dims.every((d) => x.shape[d] === 1)) return reshape(x, shape);
  return reshape(applyCore(op, [x], { dims }), shape);
}
const countable = (x: Value): Value => (x.dtype === 'bool' ? cast(x, 'i32') : x);

/** Σ x along `dim`; bools are counted in i32. */
export const sum = (x: Value, options: ReduceOptions = {}): Value => reduce(sumOp, countable(x), options, 0);
/** Π x along `dim`. */
export function prod(x: Value, options: ReduceOptions = {}): Value {
  return reduce(prodOp, countable(halve(x, options)), options, 1);
}
/** The largest element along `dim`; NaN where there is one. Tied elements share the gradient. */
export const amax = (x: Value, options: ReduceOptions = {}): Value => extreme(amaxOp, x, options);
/** The smallest element along `dim`; NaN where there is one. Tied elements share the gradient. */
export const amin = (x: Value, options: ReduceOptions = {}): Value => extreme(aminOp, x, options);
function extreme(op: CoreOp<ReduceAttrs>, x: Value, options: ReduceOptions): Value {
  const result = reduce(op, x.dtype === 'bool' ? cast(x, 'u32') : x, options, null);
  return cast(result, x.dtype);
}

/** Whether any element along `dim` is non-zero. */
export const any = (x: Value, options: ReduceOptions = {}): Value => truth(amaxOp, x, options, 0);
/** Whether all elements along `dim` are non-zero. */
export const all = (x: Value, options: ReduceOptions = {}): Value => truth(aminOp, x, options, 1);
function truth(op: CoreOp<ReduceAttrs>, x: Value, options: ReduceOptions, empty: number): Value {
  return ne(reduce(op, cast(cast(x, 'bool'), 'u32'), options, empty), 0);
}

/** Longest run whose products of all others are formed one by one (run² products). */
const PROD_RUN = 64;
/** Folds a long product by halves, elementwise: exact derivatives of any order, zeros included. */
function halve(x: Value, options: ReduceOptions): Value {
  if (!x.tracked) return x;
  let out = x;
  for (const dim of normalizeDims(options.dim, x.shape.length, 'prod')) {
    for (let n = out.shape[dim]; n > PROD_RUN; n = out.shape[dim]) {
      const half = Math.floor(n / 2);
      const product = mul(narrow(out, dim, 0, half), narrow(out, dim, half, half));
      out = n % 2 === 0 ? product : cat([product, narrow(out, dim, n - 1, 1)], dim);
    }
  }
  return out;
}
/** g times the product of all other elements, formed for each element anew: right where elements are zero. */
function prodGrad(g: Value, x: Value, dims: readonly number[]): Value {
  const order = keptFirst(x.shape.length, dims);
  const kept = order.slice(0, x.shape.length - dims.length).map((d) => x.shape[d]);
  const length = sizeOf(dims.map((d) => x.shape[d]));
  const rows = expand(reshape(permute(x, order), [...kept, 1, length]), [...kept, length, length]);
  const index = iota([length]);
  const self = eq(reshape(index, [length, 1]), reshape(index, [1, length]));
  const others = prod(where(expand(self, rows.shape), 1, rows), { dim: -1 });
  const inverse = order.map((_, i) => order.indexOf(i));
  const shape = order.map((d) => x.shape[d]);
  return mul(spreadOver(g, x, dims), permute(reshape(others, shape), inverse));
}

/** Index of the first extreme element along `dim` (of the flat tensor where none is named); NaN is most extreme. i32. */
function argExtreme(where_: 'argmax' | 'argmin', x: Value, dim: number | undefined, keepdim: boolean): Value {
  const flat = dim === undefined ? reshape(x, [x.size]) : x;
  if (flat.shape.length === 0) return constant(0, [], 'i32');
  const [axis] = normalizeDims(dim ?? 0, flat.shape.length, where_);
  const n = flat.shape[axis];
  const best = (where_ === 'argmax' ? amax : amin)(flat, { dim: axis, keepdim: true });
  const hit = flat.dtype === 'f32' ? logicalOr(eq(flat, best), isnan(flat)) : eq(flat, best);
  const places = reshape(
    cast(iota([n]), 'i32'),
    flat.shape.map((_, d) => (d === axis ? n : 1)),
  );
  const first = amin(where(hit, expand(places, flat.shape), n), { dim: axis, keepdim });
  return dim === undefined && keepdim
    ? reshape(
        first,
        x.shape.map(() => 1),
      )
    : first;
}
export const argmax = (x: Value, { dim, keepdim = false }: { dim?: number; keepdim?: boolean } = {}): Value =>
  argExtreme('argmax', x, dim, keepdim);
export const argmin = (x: Value, { dim, keepdim = false }: { dim?: number; keepdim?: boolean } = {}): Value =>
  argExtreme('argmin', x, dim, keepdim);
