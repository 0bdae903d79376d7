// Gradients against finite differences: the public proof of a function's derivatives.
import { AutogradError, ValueError } from '../core/errors.ts';
import { Tensor, tensor } from '../tensor.ts';
import { grad } from './grad.ts';

export interface GradcheckOptions {
  /** Half the step of the central difference. */
  readonly eps?: number;
  readonly atol?: number;
  readonly rtol?: number;
}

/** What was compared. */
export interface GradcheckReport {
  /** Pairs of an output's and an input's element. */
  readonly compared: number;
  /** The largest |tape − difference|. */
  readonly worst: number;
}

/** A function of tensors that returns one or several. */
export type Checked = (...inputs: Tensor[]) => Tensor | readonly Tensor[];

const floats = (result: Tensor | readonly Tensor[]): Tensor[] =>
  (result instanceof Tensor ? [result] : [...result]).filter((t) => t.dtype === 'f32');

async function checkPrecision(where: string, options: GradcheckOptions): Promise<void> {
  const one = await tensor([1]).add(1).data();
  if (one instanceof Float64Array || options.eps !== undefined) return;
  throw new ValueError(
    `${where}: single precision cannot tell a derivative from rounding at a step of 1e-6`,
    {
      expected: 'double precision',
      got: 'f32',
      fix: "await init({ device: 'cpu', precision: 'f64' }) before making the tensors; or choose eps, atol and rtol for f32, for example { eps: 1e-2, atol: 1e-2, rtol: 1e-2 }",
    },
  );
}

const oneHot = (t: Tensor, k: number): Tensor => {
  const data = new Float32Array(t.numel());
  data[k] = 1;
  return tensor(data).reshape(t.shape);
};

/** The outputs' elements, one after another. */
async function numbersOf(outputs: readonly Tensor[]): Promise<number[]> {
  const arrays = await Promise.all(outputs.map((t) => t.data()));
  return arrays.flatMap((data) => Array.from(data));
}

interface Point {
  readonly fn: Checked;
  readonly inputs: readonly Tensor[];
  /** Places of the inputs that require a gradient. */
  readonly wanted: readonly number[];
}

/** The derivative of all outputs by element k of input i, by a central difference. */
async function difference({ fn, inputs }: Point, i: number, k: number, eps: number): Promise<number[]> {
  const at = (step: number): Promise<number[]> => {
    const moved = inputs.map((t, j) => (j === i ? t.detach().add(oneHot(t, k).mul(step)) : t.detach()));
    return numbersOf(floats(fn(...moved)));
  };
  const [ahead, behind] = await Promise.all([at(eps), at(-eps)]);
  return ahead.map((x, o) => (x - behind[o]) / (2 * eps));
}

/** Rows of the Jacobian by the tape: for each element of each output, the gradients of all wanted inputs. */
async function rowsOf({ fn, inputs, wanted }: Point): Promise<number[][][]> {
  const leaves = inputs.map((t, i) => (wanted.includes(i) ? t.detach().clone().requiresGrad_() : t.detach()));
  const chosen = wanted.map((i) => leaves[i]);
  const outputs = floats(fn(...leaves));
  const rows: Promise<number[][]>[] = [];
  for (const y of outputs) {
    for (let k = 0; k < y.numel(); k++) {
      const found = y.requiresGrad
        ? grad(y, chosen, { gradOutputs: [oneHot(y, k)], retainGraph: true, allowUnused: true })
        : chosen.map(() => null);
      const row = found.map((g, j) =>
        g === null ? Promise.resolve(new Array<number>(chosen[j].numel()).fill(0)) : numbersOf([g]),
      );
      rows.push(Promise.all(row));
    }
  }
  return Promise.all(rows);
}

/**
 * Compares the tape's derivatives of `fn` at the inputs with central differences: every element of every output by every
 * element of every input that requires a gradient. Throws AutogradError with the place and both numbers where they differ
 * by more than atol + rtol·|difference|.
 *
 * For double precision, with the tensors made after `init({ device: 'cpu', precision: 'f64' })`; elsewhere `eps` must be
 * given, and is to be chosen for f32.
 */
export async function gradcheck(
  fn: Checked,
  inputs: readonly Tensor[],
  options: GradcheckOptions = {},
): Promise<GradcheckReport> {
  return check('gradcheck', fn, inputs, options);
}

async function check(
  where: string,
  fn: Checked,
  inputs: readonly Tensor[],
  options: GradcheckOptions,
): Promise<GradcheckReport> {
  const { eps = 1e-6, atol = 1e-5, rtol = 1e-3 } = options;
  await checkPrecision(where, options);
  const wanted = inputs.flatMap((t, i) => (t.requiresGrad ? [i] : []));
  if (wanted.length === 0) {
    throw new ValueError(`${where}: no input requires a gradient`, {
      fix: 'make them with { requiresGrad: true }',
    });
  }
  const point = { fn, inputs, wanted };
  const rows = await rowsOf(point);
  let worst = 0;
  let compared = 0;
  for (const [j, i] of wanted.entries()) {
    for (let k = 0; k < inputs[i].numel(); k++) {
      const column = await difference(point, i, k, eps);
      for (const [o, numeric] of column.entries()) {
        const analytic = rows[o][j][k];
        const off = Math.abs(analytic - numeric);
        compared++;
        if (off <= atol + rtol * Math.abs(numeric) || analytic === numeric) {
          worst = Math.max(worst, Number.isNaN(off) ? 0 : off);
          continue;
        }
        throw new AutogradError(`${where}: the tape and the difference disagree`, {
          where: `element ${o} of the outputs by element ${k} of input ${i}`,
          expected: `${numeric} (central difference, step ${eps})`,
          got: `${analytic} (tape)`,
        });
      }
    }
  }
  return { compared, worst };
}

/**
 * The same for second derivatives: `gradcheck` of the gradients of `fn`, as a function of the inputs and of the gradients
 * of the outputs (`gradOutputs`; numbers between 0.5 and 1.5 by default).
 */
export async function gradgradcheck(
  fn: Checked,
  inputs: readonly Tensor[],
  options: GradcheckOptions & { readonly gradOutputs?: readonly Tensor[] } = {},
): Promise<GradcheckReport> {
  const outputs = floats(fn(...inputs));
  const weights = options.gradOutputs ?? outputs.map(ramp);
  const wanted = inputs.flatMap((t, i) => (t.requiresGrad ? [i] : []));
  const gradients: Checked = (...all) => {
    // Points beside the given one come without a gradient.
    const given = inputs.map((_, i) =>
      wanted.includes(i) && !all[i].requiresGrad ? all[i].requiresGrad_() : all[i],
    );
    const ys = floats(fn(...given));
    const kept = ys.flatMap((y, k) => (y.requiresGrad ? [k] : []));
    if (kept.length === 0) return [];
    const found = grad(
      kept.map((k) => ys[k]),
      wanted.map((i) => given[i]),
      { gradOutputs: kept.map((k) => all[inputs.length + k]), createGraph: true, allowUnused: true },
    );
    return wanted.map((i, j) => found[j] ?? given[i].detach().mul(0));
  };
  const leaves = weights.map((w) => w.detach().clone().requiresGrad_());
  return check('gradgradcheck', gradients, [...inputs, ...leaves], options);
}

/** Weights that are not all alike. */
function ramp(t: Tensor): Tensor {
  const size = t.numel();
  const data = Float32Array.from({ length: size }, (_, k) => 0.5 + ((k * 7) % 11) / 10);
  return tensor(data).reshape(t.shape);
}
