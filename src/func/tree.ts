// Tensors in arrays, objects and maps: taken out as a list, and put back.
import { type Tensor, Tensor as TensorClass } from '../tensor.ts';

const isPlain = (x: unknown): x is Record<string, unknown> =>
  typeof x === 'object' && x !== null && Object.getPrototypeOf(x) === Object.prototype;

/** x with every tensor in it replaced; arrays, plain objects and maps are gone through, anything else stays. */
export function mapTree(x: unknown, replace: (t: Tensor, path: string) => unknown, path = ''): unknown {
  if (x instanceof TensorClass) return replace(x, path);
  if (Array.isArray(x)) return x.map((item: unknown, i) => mapTree(item, replace, `${path}[${i}]`));
  if (x instanceof Map) {
    return new Map([...x].map(([key, item]) => [key, mapTree(item, replace, `${path}.${String(key)}`)]));
  }
  if (isPlain(x)) {
    return Object.fromEntries(
      Object.entries(x).map(([key, item]) => [key, mapTree(item, replace, `${path}.${key}`)]),
    );
  }
  return x;
}

export interface Leaf {
  readonly tensor: Tensor;
  /** Where it stands: '[0].weight'. */
  readonly path: string;
}

/** The tensors in x, in order. */
export function leavesOf(x: unknown): Leaf[] {
  const leaves: Leaf[] = [];
  mapTree(x, (tensor, path) => {
    leaves.push({ tensor, path });
    return tensor;
  });
  return leaves;
}

/** x with its tensors replaced, in order. */
export function withLeaves<T>(x: T, replacements: readonly unknown[]): T {
  let at = 0;
  return mapTree(x, () => replacements[at++]) as T;
}
