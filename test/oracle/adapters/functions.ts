// How the elementwise functions that are no methods are called.
import type { Api, Tensor } from '../api.ts';
import { type Call, given } from '../call.ts';
import { type Adapter, mapped, NOT_AN_ARGUMENT } from './adapter.ts';

type Fn = (...args: unknown[]) => Tensor;

/** A function of the package by its name. */
function functionOf(w: Api, name: string): Fn {
  const fn = (w as unknown as Record<string, Fn | undefined>)[name];
  if (fn === undefined) throw new Error(`there is no function ${name}`);
  return fn;
}

const unary =
  (name: string): Adapter =>
  (w, c) =>
    functionOf(w, name)(c.x);
const binary =
  (name: string): Adapter =>
  (w, c) =>
    functionOf(w, name)(c.operand(0), c.operand(1, 'other'));
/** A function of one tensor, with options by PyTorch's names (and positions) for them. */
const configured =
  (name: string, options: readonly (readonly [key: string, torch: string, position?: number])[]): Adapter =>
  (w, c) =>
    functionOf(w, name)(
      c.x,
      given(
        Object.fromEntries(
          options.map(([key, torch, position = NOT_AN_ARGUMENT]) => [key, c.maybeNumber(position, torch)]),
        ),
      ),
    );
const valued = (c: Call): object => given({ value: c.maybeNumber(NOT_AN_ARGUMENT, 'value') });

function named(words: string, prefix = ''): Record<string, string> {
  return Object.fromEntries(
    words
      .split(' ')
      .map((word) => [prefix + word, word.replace(/_(\w)/g, (_, x: string) => x.toUpperCase())]),
  );
}

const UNARY: Readonly<Record<string, string>> = {
  ...named('asin acos atan sinh cosh asinh acosh atanh exp2 log10 frac sinc deg2rad rad2deg signbit'),
  ...named('isposinf isneginf positive bitwise_not'),
  ...named('lgamma digamma erfc erfinv i0'),
  ...named('entr erfcx ndtr log_ndtr ndtri i0e i1 i1e', 'special.'),
  ...named('relu6 hardswish hardsigmoid mish selu softsign tanhshrink logsigmoid', 'nn.functional.'),
};

const BINARY: Readonly<Record<string, string>> = {
  ...named('atan2 hypot logaddexp logaddexp2 copysign ldexp floor_divide true_divide float_power heaviside'),
  ...named('xlogy clamp_min clamp_max fmax fmin'),
  ...named('bitwise_and bitwise_or bitwise_xor bitwise_left_shift bitwise_right_shift gcd lcm'),
  ...named('xlog1py zeta', 'special.'),
};

/** PyTorch's name (with its variant) → the call in wgrad. */
export const functions: Readonly<Record<string, Adapter>> = {
  ...mapped(UNARY, unary),
  ...mapped(BINARY, binary),
  ...mapped(
    Object.fromEntries([0, 1, 2, 3, 4].map((n) => [`polygamma.polygamma_n_${n}`, n])),
    () => (w, c) => functionOf(w, 'polygamma')(c.number(1, 'n'), c.x),
  ),
  ...mapped(
    Object.fromEntries([1, 3, 5].map((p) => [`mvlgamma.mvlgamma_p_${p}`, p])),
    () => (w, c) => functionOf(w, 'mvlgamma')(c.x, c.number(1, 'p')),
  ),
  rsub: (w, c) =>
    functionOf(w, 'rsub')(c.operand(0), c.operand(1), given({ alpha: c.maybeNumber(2, 'alpha') })),
  addcmul: (w, c) => functionOf(w, 'addcmul')(c.x, c.operand(1), c.operand(2), valued(c)),
  addcdiv: (w, c) => functionOf(w, 'addcdiv')(c.x, c.operand(1), c.operand(2), valued(c)),
  nan_to_num: configured('nanToNum', [
    ['nan', 'nan', 1],
    ['posinf', 'posinf', 2],
    ['neginf', 'neginf', 3],
  ]),
  'nn.functional.hardtanh': configured('hardtanh', [
    ['minVal', 'min_val', 1],
    ['maxVal', 'max_val', 2],
  ]),
  'nn.functional.celu': configured('celu', [['alpha', 'alpha', 1]]),
  'nn.functional.hardshrink': configured('hardshrink', [['lambd', 'lambd', 1]]),
  'nn.functional.softshrink': configured('softshrink', [['lambd', 'lambd', 1]]),
  'nn.functional.rrelu': configured('rrelu', [
    ['lower', 'lower', 1],
    ['upper', 'upper', 2],
  ]),
  'nn.functional.threshold': (w, c) =>
    functionOf(w, 'threshold')(c.x, c.number(1, 'threshold'), c.number(2, 'value')),
  'nn.functional.glu': (w, c) => functionOf(w, 'glu')(c.x, c.maybeNumber(1, 'dim')),
  'nn.functional.prelu': (w, c) => functionOf(w, 'prelu')(c.x, c.tensor(1, 'weight')),
  'nn.functional.softmin': (w, c) => functionOf(w, 'softmin')(c.x, c.number(1, 'dim')),
};
