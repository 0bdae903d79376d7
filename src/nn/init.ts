// First values of parameters. Each function rebinds the tensor it is given and returns it. Knows no module.
import { ShapeError, ValueError } from '../core/errors.ts';
import { applyUpdates, eye, full, rand, randn } from '../tensor.ts';
import type { Tensor } from '../tensor.ts';

function set<T extends Tensor>(target: T, value: Tensor): T {
  applyUpdates([{ target, value }]);
  return target;
}

/** Nonlinearities that `calculateGain` knows. */
export type Nonlinearity = 'linear' | 'sigmoid' | 'tanh' | 'relu' | 'leakyRelu' | 'selu';
/** Which side of the map keeps its variance. */
export type FanMode = 'fanIn' | 'fanOut';

/** The factor by which a nonlinearity asks for larger weights; `slope` is that of leakyRelu. */
export function calculateGain(nonlinearity: Nonlinearity, slope = 0.01): number {
  if (nonlinearity === 'tanh') return 5 / 3;
  if (nonlinearity === 'relu') return Math.SQRT2;
  if (nonlinearity === 'leakyRelu') return Math.sqrt(2 / (1 + slope * slope));
  return nonlinearity === 'selu' ? 3 / 4 : 1;
}

/** Inputs and outputs of one unit: of a weight [out, in, ...kernel], in × kernel and out × kernel. */
function fans(tensor: Tensor): { fanIn: number; fanOut: number } {
  const [out, into, ...kernel] = tensor.shape;
  if (out === undefined || into === undefined) {
    throw new ShapeError('this initialisation needs a weight', {
      expected: '[out, in] or [out, in, ...kernel]',
      got: `[${tensor.shape.join(', ')}]`,
      fix: 'use uniform_ or zeros_ for a bias',
    });
  }
  const area = kernel.reduce((product, n) => product * n, 1);
  return { fanIn: into * area, fanOut: out * area };
}

/** Uniform between `low` and `high`. */
export function uniform_<T extends Tensor>(tensor: T, low = 0, high = 1): T {
  if (!(low <= high))
    throw new ValueError('uniform_: low is above high', { got: `${String(low)}, ${String(high)}` });
  return set(
    tensor,
    rand([...tensor.shape])
      .mul(high - low)
      .add(low),
  );
}

/** Normal with this mean and standard deviation. */
export function normal_<T extends Tensor>(tensor: T, mean = 0, std = 1): T {
  if (!(std >= 0)) throw new ValueError('normal_: std is negative', { got: String(std) });
  return set(
    tensor,
    randn([...tensor.shape])
      .mul(std)
      .add(mean),
  );
}

/** Every element the same. */
export function constant_<T extends Tensor>(tensor: T, value: number): T {
  return set(tensor, full([...tensor.shape], value));
}

export const zeros_ = <T extends Tensor>(tensor: T): T => constant_(tensor, 0);
export const ones_ = <T extends Tensor>(tensor: T): T => constant_(tensor, 1);

/** The identity, for a weight of two dimensions. */
export function eye_<T extends Tensor>(tensor: T): T {
  const [rows, columns] = tensor.shape;
  if (rows === undefined || columns === undefined || tensor.ndim !== 2) {
    throw new ShapeError('eye_ needs two dimensions', { got: `[${tensor.shape.join(', ')}]` });
  }
  return set(tensor, eye(rows, columns));
}

/** Uniform in ±gain·√(6 / (fanIn + fanOut)) (Glorot and Bengio). */
export function xavierUniform_<T extends Tensor>(tensor: T, gain = 1): T {
  const { fanIn, fanOut } = fans(tensor);
  const bound = gain * Math.sqrt(6 / (fanIn + fanOut));
  return uniform_(tensor, -bound, bound);
}

/** Normal with standard deviation gain·√(2 / (fanIn + fanOut)). */
export function xavierNormal_<T extends Tensor>(tensor: T, gain = 1): T {
  const { fanIn, fanOut } = fans(tensor);
  return normal_(tensor, 0, gain * Math.sqrt(2 / (fanIn + fanOut)));
}

/** Options of the Kaiming initialisations: `a` is the slope of leakyRelu below zero. */
export interface KaimingOptions {
  readonly a?: number;
  readonly mode?: FanMode;
  readonly nonlinearity?: Nonlinearity;
}

function kaimingStd(tensor: Tensor, options: KaimingOptions): number {
  const gain = calculateGain(options.nonlinearity ?? 'leakyRelu', options.a ?? 0);
  const fan = fans(tensor)[options.mode ?? 'fanIn'];
  return fan === 0 ? 0 : gain / Math.sqrt(fan);
}

/** Uniform in ±gain·√(3 / fan) (He and others). */
export function kaimingUniform_<T extends Tensor>(tensor: T, options: KaimingOptions = {}): T {
  const bound = Math.sqrt(3) * kaimingStd(tensor, options);
  return uniform_(tensor, -bound, bound);
}

/** Normal with standard deviation gain / √fan. */
export function kaimingNormal_<T extends Tensor>(tensor: T, options: KaimingOptions = {}): T {
  return normal_(tensor, 0, kaimingStd(tensor, options));
}
