// vmap: a function of one example, made a function of many.
import { ShapeError, ValueError } from '../core/errors.ts';
import { formatShape, normalizeDim } from '../core/shape.ts';
import { type Value, applyIndex } from '../core/value.ts';
import type { Engine } from '../engine.ts';
import { placeholder, rebuild, recorded, youngerThan } from '../autograd/graph.ts';
import { movedim } from '../ops/movement.ts';
import { Tensor } from '../tensor.ts';
import { NO_ELEMENTS, eachStep, spreadOut } from './batch.ts';
import { engineOfLeaves, given, outputsOf, wrapped } from './record.ts';
import { leavesOf, withLeaves } from './tree.ts';

/** The batch dimension of every tensor in an argument; null: the same for all examples; or an array for its items. */
export type Dims = number | null | readonly Dims[] | { readonly [name: string]: Dims };

export interface VmapOptions {
  /** One for all arguments, or an array with one for each. 0 by default. */
  readonly inDims?: Dims;
  /** Where the batch dimension of the results goes; one for all, or an array. 0 by default. */
  readonly outDims?: number | readonly number[];
  /** Random numbers inside the function: refused, the same for all examples, or different ones. */
  readonly randomness?: 'error' | 'same' | 'different';
}

/** The dimension for each tensor of x, in order. */
function dimsFor(dims: Dims, x: unknown): (number | null)[] {
  if (typeof dims === 'number' || dims === null) return leavesOf(x).map(() => dims);
  const parts: (number | null)[] = [];
  if (Array.isArray(dims) && Array.isArray(x) && dims.length === x.length) {
    x.forEach((item, i) => parts.push(...dimsFor(dims[i] as Dims, item)));
    return parts;
  }
  if (!Array.isArray(dims) && typeof x === 'object' && x !== null && !Array.isArray(x)) {
    const items = x instanceof Map ? [...x] : Object.entries(x);
    for (const [key, item] of items as [string, unknown][]) {
      parts.push(...dimsFor((dims as Record<string, Dims>)[key] ?? null, item));
    }
    return parts;
  }
  throw new ValueError('vmap: inDims is not built like the arguments', {
    expected: 'a number or null, or an array or object with one for each item',
    got: JSON.stringify(dims),
  });
}

interface Batch {
  readonly size: number;
  /** For each tensor, the Value with its batch dimension in front; null where it is the same for all. */
  readonly many: readonly (Value | null)[];
}

function batchOf(
  tensors: readonly { tensor: Tensor; path: string }[],
  dims: readonly (number | null)[],
): Batch {
  let size = -1;
  const many = tensors.map(({ tensor, path }, i) => {
    const dim = dims[i];
    if (dim === null) return null;
    if (tensor.ndim === 0) {
      throw new ShapeError('vmap: a number has no batch dimension', {
        where: `input ${path}`,
        fix: 'pass inDims: null for it',
      });
    }
    const axis = normalizeDim(dim, tensor.ndim, 'vmap');
    const length = tensor.shape[axis];
    if (size >= 0 && length !== size) {
      throw new ShapeError('vmap: inputs have different numbers of examples', {
        where: `input ${path} of shape ${formatShape(tensor.shape)}, dimension ${axis}`,
        expected: String(size),
        got: String(length),
      });
    }
    size = length;
    return movedim(tensor.value, axis, 0);
  });
  if (size < 0) {
    throw new ValueError('vmap: no input has a batch dimension', {
      expected: 'at least one tensor whose inDims is not null',
    });
  }
  return { size, many };
}

/** Random numbers that the function drew, each with its numbers for all examples; none where they are to be the same. */
function drawsOf(
  values: readonly Value[],
  size: number,
  randomness: 'error' | 'same' | 'different',
): [Value, Value][] {
  const images: [Value, Value][] = [];
  for (const v of values) {
    if (v.op.kind !== 'index' || !('draw' in v.attrs)) continue;
    if (randomness === 'error') {
      throw new ValueError('vmap: the function draws random numbers', {
        fix: "pass randomness: 'different' for numbers of its own for each example, or 'same'",
      });
    }
    if (randomness === 'different') images.push([v, applyIndex(v.op, v.attrs, [size, ...v.shape], v.dtype)]);
  }
  return images;
}

/** The results for all examples, the batch dimension in front. */
function batched(
  inputs: readonly (Value | null)[],
  outputs: readonly Value[],
  batch: Batch,
  randomness: 'error' | 'same' | 'different',
): Value[] {
  const images = new Map<Value, Value>();
  let first = Infinity;
  inputs.forEach((one, i) => {
    const all = batch.many[i];
    if (one === null || all === null) return;
    images.set(one, all);
    first = Math.min(first, one.id);
  });
  for (const [one, all] of drawsOf(youngerThan(first, outputs), batch.size, randomness)) images.set(one, all);
  const results = rebuild(outputs, images, eachStep(batch.size));
  return results.map((v, i) => v ?? spreadOut(outputs[i], batch.size));
}

/**
 * A function of many examples from a function of one. `fn` is called once, with tensors that have the shape of one
 * example and no elements; what it records is then recorded anew with a batch dimension. Gradients inside it become
 * gradients for each example: `vmap(grad(loss), { inDims: [null, 0, 0] })`.
 *
 * Elementwise operations, views, reductions, products and compositions of them are computed for all examples at once;
 * operations without a rule for that are computed one by one and put together, which is as slow as a loop.
 */
export function vmap<A extends readonly unknown[], R>(
  fn: (...args: A) => R,
  options: VmapOptions = {},
): (...args: A) => R {
  const { inDims = 0, outDims = 0, randomness = 'error' } = options;
  return (...args) => {
    const leaves = leavesOf(args);
    const on: Engine = engineOfLeaves(leaves);
    const batch = batchOf(leaves, dimsFor(inDims, args));
    const ones = batch.many.map((v) =>
      v === null ? null : placeholder(v.shape.slice(1), v.dtype, v.tracked && on.gradEnabled, NO_ELEMENTS),
    );
    const inputs = leaves.map(({ tensor }, i) => {
      const one = ones[i];
      return one === null ? tensor : new Tensor(one, on);
    });
    const result = recorded(on, () => given('vmap', fn(...withLeaves(args, inputs))));
    const outputs = outputsOf('vmap', result).map((t) => t.value);
    const many = batched(ones, outputs, batch, randomness);
    const places = typeof outDims === 'number' ? many.map(() => outDims) : outDims;
    if (places.length !== many.length) {
      throw new ValueError('vmap: outDims of another number than the results', {
        expected: String(many.length),
        got: String(places.length),
      });
    }
    return wrapped(
      result,
      many.map((v, i) => movedim(v, 0, places[i])),
      on,
    );
  };
}
