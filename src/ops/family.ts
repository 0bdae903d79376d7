// Constructors of elementwise entries, and what their functions share: numbers as operands, promotion, broadcasting.
import { type DType, isFloat, promote } from '../core/dtype.ts';
import { DtypeError } from '../core/errors.ts';
import type { ElementwiseOp, GradRule, Typed } from '../core/op.ts';
import { broadcastShapes } from '../core/shape.ts';
import { type Value, applyElementwise } from '../core/value.ts';
import { cast } from './cast.ts';
import { constant } from './create.ts';
import { expand } from './movement.ts';

/** What a function takes where a tensor or a number may stand. */
export type Operand = Value | number;

/** The dtype of a number beside tensors of `dtype`: a fraction makes integers f32, as in PyTorch. */
function dtypeOfNumber(x: number, dtype: DType): DType {
  if (isFloat(dtype)) return dtype;
  if (!Number.isInteger(x)) return 'f32';
  return dtype === 'bool' ? 'i32' : dtype;
}

/** Operands as Values of one dtype and one shape. */
export function align(
  where: string,
  operands: readonly Operand[],
  least: DType = 'bool',
): [Value, ...Value[]] {
  let dtype = least;
  for (const x of operands) if (typeof x !== 'number') dtype = promote(dtype, x.dtype);
  for (const x of operands) if (typeof x === 'number') dtype = promote(dtype, dtypeOfNumber(x, dtype));
  return spread(
    where,
    operands.map((x) => (typeof x === 'number' ? constant(x, [], dtype) : cast(x, dtype))),
  );
}

/** The Values expanded to the shape they broadcast to. */
export function spread(where: string, values: readonly Value[]): [Value, ...Value[]] {
  const shape = values.map((v) => v.shape).reduce((a, b) => broadcastShapes(a, b, where));
  return values.map((v) => expand(v, shape)) as [Value, ...Value[]];
}

interface UnaryEntry {
  /** WGSL of the value at x. */
  readonly wgsl: (x: string) => string;
  /** Files in shaders/lib that the formula needs beside math. */
  readonly libraries?: readonly string[];
  readonly cpu: (x: number) => number;
  readonly grad: ((g: Value, x: Value, y: Value) => Value) | null;
}

/** A function of one f32; integers and bools are taken as f32. */
export function unary(name: string, entry: UnaryEntry): ElementwiseOp {
  const { grad } = entry;
  return {
    name,
    kind: 'elementwise',
    infer: ([x]: readonly Typed[]) => {
      if (!isFloat(x.dtype)) throw new DtypeError(`${name}: element type`, { expected: 'f32', got: x.dtype });
      return 'f32';
    },
    wgsl: ([x]) => entry.wgsl(x),
    cpu: ([x]) => entry.cpu(x),
    ...(entry.libraries === undefined ? {} : { libraries: entry.libraries }),
    grad: grad && ((g, y) => [grad(g, y.inputs[0], y)]),
  };
}

/** The function a unary entry stands for: integers in, f32 out. */
export const callUnary = (op: ElementwiseOp, x: Value): Value => applyElementwise(op, [cast(x, 'f32')]);

interface ElementwiseEntry {
  /** 'same': the type of the (aligned) inputs. */
  readonly dtype: 'same' | 'bool';
  readonly wgsl: (args: readonly string[], dtype: DType) => string;
  /** Files in shaders/lib that the formula needs beside math. */
  readonly libraries?: readonly string[];
  readonly cpu: (args: readonly number[], dtype: DType) => number;
  readonly grad: GradRule<object> | null;
  readonly linear?: true;
}

/** A function of aligned inputs. The formulas are told the type of the last input. */
export function elementwise(name: string, entry: ElementwiseEntry): ElementwiseOp {
  const typeOfInputs = (inputs: readonly DType[]): DType => inputs[inputs.length - 1];
  return {
    name,
    kind: 'elementwise',
    infer: (inputs) => (entry.dtype === 'bool' ? 'bool' : inputs[inputs.length - 1].dtype),
    wgsl: (args, _, inputs) => entry.wgsl(args, typeOfInputs(inputs)),
    cpu: (args, _, inputs) => entry.cpu(args, typeOfInputs(inputs)),
    grad: entry.grad,
    ...(entry.libraries === undefined ? {} : { libraries: entry.libraries }),
    ...(entry.linear === undefined ? {} : { linear: entry.linear }),
  };
}
