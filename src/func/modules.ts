// Modules as functions of their parameters: what transforms need to differentiate by them.
import { ShapeError, ValueError } from '../core/errors.ts';
import { formatShape, sameShape } from '../core/shape.ts';
import type { Value } from '../core/value.ts';
import type { Tensor } from '../tensor.ts';
import { stack } from '../tensor.ts';

/** What a module must have to be called with other parameters. */
export interface Callable<A extends readonly unknown[], R> {
  namedParameters(): [string, Tensor][];
  namedBuffers(): [string, Tensor][];
  call(...inputs: A): R;
}

type Named = Readonly<Record<string, Tensor>> | ReadonlyMap<string, Tensor>;

function entriesOf(tensors: Named): [string, Tensor][] {
  const map: ReadonlyMap<string, Tensor> =
    tensors instanceof Map ? tensors : new Map(Object.entries(tensors));
  return [...map];
}

/**
 * What the module gives for the inputs with these tensors in the places of its parameters and buffers of those names;
 * what is not named stays. The module itself is not changed:
 *
 *     const params = Object.fromEntries(model.namedParameters());
 *     const loss = (p: typeof params, x: Tensor) => func.functionalCall(model, p, x).square().mean();
 *     func.grad(loss)(params, x);
 */
export function functionalCall<A extends readonly unknown[], R>(
  module: Callable<A, R>,
  tensors: Named,
  ...inputs: A
): R {
  const own = new Map([...module.namedParameters(), ...module.namedBuffers()]);
  const before: [Tensor, Value][] = [];
  const replaced = entriesOf(tensors).map(([name, tensor]): [Tensor, Tensor] => {
    const target = own.get(name);
    if (target === undefined) {
      throw new ValueError('functionalCall: the module has nothing of this name', {
        expected: [...own.keys()].join(', '),
        got: name,
      });
    }
    if (!sameShape(target.shape, tensor.shape)) {
      throw new ShapeError('functionalCall: a tensor of another shape', {
        where: name,
        expected: formatShape(target.shape),
        got: formatShape(tensor.shape),
      });
    }
    return [target, tensor];
  });
  try {
    for (const [target, tensor] of replaced) {
      before.push([target, target.value]);
      target.value = tensor.value;
    }
    return module.call(...inputs);
  } finally {
    for (const [target, value] of before) target.value = value;
  }
}

/** Parameters and buffers of modules of one kind, each stacked along a new first dimension: for vmap over an ensemble. */
export function stackModuleState(
  modules: readonly Pick<Callable<never[], unknown>, 'namedParameters' | 'namedBuffers'>[],
): [params: Record<string, Tensor>, buffers: Record<string, Tensor>] {
  if (modules.length === 0) throw new ValueError('stackModuleState: needs at least one module');
  const stacked = (lists: readonly [string, Tensor][][]): Record<string, Tensor> =>
    Object.fromEntries(
      lists[0].map(([name], i) => {
        const tensors = lists.map((list) => {
          if (list.at(i)?.[0] === name) return list[i][1];
          throw new ValueError('stackModuleState: the modules are not of one kind', { where: name });
        });
        return [name, stack(tensors)];
      }),
    );
  return [stacked(modules.map((m) => m.namedParameters())), stacked(modules.map((m) => m.namedBuffers()))];
}
