// Replays one of PyTorch's samples on wgrad: forward, gradients, second derivatives. Knows the public API, and no backend.
import { type Comparison, type Tolerance, compare } from '../support/compare.ts';
import { type Part, toleranceOf } from '../support/tolerances.ts';
import { adapters } from './adapters/index.ts';
import type { Api, Tensor } from './api.ts';
import { type Arg, Call } from './call.ts';
import { type Input, type Layout, inputOf, leafOf } from './layouts.ts';
import {
  type Decoded,
  type OpRecord,
  type Plain,
  type Refusal,
  type Sample,
  isList,
  isPlain,
} from './load.ts';
import { scaleOf } from './scale.ts';
import { CREATES, eitherWay, flat } from './skips.ts';

export interface Setting {
  readonly backend: 'cpu' | 'webgpu';
  /** What the backend counts in. In f64 only the truth counts, to 9 digits. */
  readonly precision: 'f32' | 'f64';
  readonly layout: Layout;
  /** Whether to check second derivatives, where the sample has them and the layout is contiguous. */
  readonly second: boolean;
}

/** The outputs, gradients or second derivatives that were compared, and the largest errors among them. */
export interface Errors {
  compared: number;
  ulp: number;
  relative: number;
}
export type Parts = Readonly<Record<Part, Errors>>;

export const noErrors = (): Parts => {
  const none = (): Errors => ({ compared: 0, ulp: 0, relative: 0 });
  return { output: none(), grads: none(), grads2: none() };
};

/** Adds errors to others. */
export function addErrors(total: Parts, more: Parts): void {
  for (const part of ['output', 'grads', 'grads2'] as const) {
    total[part].compared += more[part].compared;
    total[part].ulp = Math.max(total[part].ulp, more[part].ulp);
    total[part].relative = Math.max(total[part].relative, more[part].relative);
  }
}

/** What came of a sample. */
export interface Outcome {
  /** Tensors that were compared. */
  readonly compared: number;
  /** The largest error, in tolerances. */
  readonly worst: number;
  readonly parts: Parts;
  /** One line for each tensor that differs. */
  readonly failures: readonly string[];
}

/** PyTorch itself guards some second derivatives with 1e-12, which shows in the ninth digit. */
const IN_F64: Readonly<Record<Part, Tolerance>> = {
  output: { rtol: 1e-9, atol: 1e-9 },
  grads: { rtol: 1e-8, atol: 1e-9 },
  grads2: { rtol: 1e-7, atol: 1e-8 },
};

type Inputs = Map<string, Input>;

/** The arguments of a call with wgrad's tensors, each made by `make`. */
export function callWith(
  { args, kwargs }: Pick<Sample, 'args' | 'kwargs'>,
  make: (x: Plain, path: string) => Tensor,
): Call {
  const made = new Map<string, Tensor>();
  const one = (x: Decoded, path: string): Arg => {
    if (isPlain(x)) {
      const tensor = make(x, path);
      made.set(path, tensor);
      return tensor;
    }
    if (isList(x)) return x.map((y, k) => one(y, `${path}.${k}`));
    if (typeof x === 'object' && x !== null && 'kind' in x && x.kind === 'same') {
      const first = made.get(x.path);
      if (first === undefined) throw new Error(`no tensor at ${x.path}`);
      return first;
    }
    return x;
  };
  const named = Object.entries(kwargs).map(([k, x]) => [k, one(x, `kwargs.${k}`)]);
  return new Call(
    args.map((x, k) => one(x, `args.${k}`)),
    Object.fromEntries(named) as Record<string, Arg>,
  );
}

/** The arguments in a layout, and the inputs by their paths. */
function build(
  w: Api,
  sample: Pick<Sample, 'args' | 'kwargs'>,
  layout: Layout,
): { call: Call; inputs: Inputs } {
  const inputs: Inputs = new Map();
  const call = callWith(sample, (x, path) => {
    const input = inputOf(w, x, layout);
    inputs.set(path, input);
    return input.view;
  });
  return { call, inputs };
}

/** What wgrad makes of a call of PyTorch's operation `name`: its outputs. */
export function outputsOf(w: Api, name: string, call: Call): readonly Tensor[] {
  const adapter = adapters[name];
  if (adapter === undefined) throw new Error(`${name} has no adapter; add it to test/oracle/adapters.ts`);
  const result = adapter(w, call);
  return (Array.isArray(result) ? result : [result]) as readonly Tensor[];
}

/** A second right answer for the gradient of an input, where there is one. */
function alternativeOf(name: string, sample: Sample, path: string, f32: boolean): Plain | null {
  const grad = sample.grads[path] ?? null;
  const x = sample.args[0];
  const isOdd = eitherWay[name];
  if (isOdd !== undefined && grad !== null && isPlain(x) && path === 'args.0') {
    return { ...grad, data: Float64Array.from(grad.data, (g, k) => (isOdd(x.data[k]) ? NaN : g)) };
  }
  return f32 ? (sample.grads32?.[path] ?? null) : null;
}

const allZero = (x: Plain): boolean => x.data.every((v) => v === 0);

/** Collects comparisons. */
class Ledger {
  compared = 0;
  worst = 0;
  readonly parts = noErrors();
  readonly failures: string[] = [];

  add(what: string, part: Part, { worst, message, ulp, relative }: Comparison): void {
    this.compared++;
    this.worst = Math.max(this.worst, worst);
    const errors = this.parts[part];
    errors.compared++;
    errors.ulp = Math.max(errors.ulp, ulp);
    errors.relative = Math.max(errors.relative, relative);
    if (message !== null) this.failures.push(`${what}: ${message}`);
  }

  fail(what: string): void {
    this.compared++;
    this.worst = Infinity;
    this.failures.push(what);
  }
}

/** A result to be read and compared once everything is recorded. */
interface Check {
  readonly what: string;
  readonly part: Part;
  readonly actual: Tensor;
  readonly expected: Plain;
  readonly other: Plain | null;
  /** Elements of PyTorch's tensor; in another layout `expected` has more. */
  readonly numel: number;
}

/** Replays one sample: records its graphs, and only then reads, so that many samples share a run. */
class Replay {
  readonly ledger = new Ledger();
  private readonly checks: Check[] = [];

  private readonly w: Api;
  private readonly record: OpRecord;
  private readonly sample: Sample;
  private readonly setting: Setting;

  constructor(w: Api, record: OpRecord, sample: Sample, setting: Setting) {
    this.w = w;
    this.record = record;
    this.sample = sample;
    this.setting = setting;
  }

  private tolerance({ part, expected, numel }: Check): Tolerance {
    // What PyTorch makes of integers, and from nothing, is known in float32 only.
    const known = this.record.dtype === 'float32' && !CREATES.has(this.record.name);
    if (this.setting.precision === 'f64' && known) return IN_F64[part];
    const scale = scaleOf(this.record.name, this.sample, part, numel);
    const rounded = expected.data instanceof Float64Array;
    return toleranceOf(this.record.name, {
      part,
      backend: this.setting.backend,
      rounded,
      noise: this.sample.noise?.[part],
      ...scale,
    });
  }

  private check(one: Check): void {
    const { what, actual, expected } = one;
    if (actual.dtype === expected.dtype) this.checks.push(one);
    else this.ledger.fail(`${what}: dtype ${actual.dtype}, expected ${expected.dtype}`);
  }

  /** Reads all that was recorded, in one tick, and compares. */
  async settle(): Promise<void> {
    const f32 = this.setting.precision === 'f32';
    const results = await Promise.allSettled(this.checks.map(({ actual }) => actual.data()));
    for (const [k, check] of this.checks.entries()) {
      const { what, actual, expected, other } = check;
      const result = results[k];
      if (result.status === 'rejected') {
        this.ledger.fail(`${what}: threw ${String(result.reason)}`);
        continue;
      }
      const wanted = { shape: expected.shape, data: expected.data, alternative: other?.data };
      const numbers = { shape: actual.shape, data: result.value };
      this.ledger.add(what, check.part, compare(numbers, wanted, this.tolerance(check), f32));
    }
  }

  private checkGrad(
    path: string,
    part: Part,
    actual: Tensor | null,
    expected: Plain | null,
    more: { readonly other?: Plain | null; readonly numel?: number | undefined } = {},
  ): void {
    const what = `${part === 'grads2' ? 'second derivative' : 'gradient'} of ${path}`;
    if (actual !== null) {
      const wanted = expected ?? zerosOf(actual);
      const { other = null, numel = wanted.data.length } = more;
      this.check({ what, part, actual, expected: wanted, other, numel });
    } else if (
      expected !== null &&
      !(allZero(expected) && (part === 'grads2' || flat.has(this.record.name)))
    ) {
      this.ledger.fail(`${what}: none, expected [${expected.shape.join(', ')}]`);
    }
  }

  private run(): { outputs: readonly Tensor[]; differentiable: readonly Tensor[]; inputs: Inputs } {
    const { call, inputs } = build(this.w, this.sample, this.setting.layout);
    const outputs = outputsOf(this.w, this.record.name, call);
    return { outputs, differentiable: outputs.filter((t) => t.requiresGrad), inputs };
  }

  /** Outputs and first derivatives. */
  first(): void {
    const { outputs, differentiable, inputs } = this.run();
    const { outputs: wanted, outputs32, gradOutputs, grads } = this.sample;
    if (outputs.length !== wanted.length) {
      this.ledger.fail(`${outputs.length} outputs, expected ${wanted.length}`);
      return;
    }
    if (differentiable.length === gradOutputs.length) {
      differentiable.forEach((output, k) => {
        const gradient = gradOutputs[k];
        if (gradient !== undefined)
          output.backward(leafOf(this.w, gradient), { retainGraph: k < gradOutputs.length - 1 });
      });
    } else if (!(differentiable.length === 0 && flat.has(this.record.name))) {
      this.ledger.fail(`${differentiable.length} differentiable outputs, expected ${gradOutputs.length}`);
    }
    const f32 = this.setting.precision === 'f32';
    for (const [k, output] of outputs.entries()) {
      const expected = wanted[k];
      if (expected !== undefined)
        this.check({
          what: `output ${k}`,
          part: 'output',
          actual: output,
          expected,
          other: (f32 && outputs32?.[k]) || null,
          numel: expected.data.length,
        });
    }
    for (const [path, grad] of Object.entries(grads)) {
      const input = inputs.get(path);
      if (input === undefined) throw new Error(`no input at ${path}`);
      const pulled = (g: Plain | null | undefined): Plain | null => (g ? input.pull(g) : null);
      const other = pulled(alternativeOf(this.record.name, this.sample, path, f32));
      this.checkGrad(path, 'grads', input.leaf.grad, pulled(grad), { other, numel: grad?.data.length });
    }
  }

  /** Second derivatives: of the sum of <gradient, v>, for the inputs and for the incoming gradients. */
  second(): void {
    const two = this.sample.grads2;
    if (two === null) return;
    const { differentiable, inputs } = this.run();
    const paths = Object.keys(this.sample.grads);
    const leaves = paths.map((path) => inputs.get(path)?.leaf).filter((t) => t !== undefined);
    const incoming = this.sample.gradOutputs.map((g) => leafOf(this.w, { ...g, requiresGrad: true }));
    const { grad } = this.w.autograd;
    const grads = grad(differentiable, leaves, {
      gradOutputs: incoming,
      createGraph: true,
      allowUnused: true,
    });
    const terms = paths.flatMap((path, k) => {
      const [g, v] = [grads[k], two.v[path]];
      return g?.requiresGrad === true && v !== undefined ? [g.mul(leafOf(this.w, v)).sum()] : [];
    });
    const [head, ...rest] = terms;
    const inner = [...leaves, ...incoming];
    const results =
      head === undefined
        ? inner.map(() => null)
        : grad([rest.reduce((a, b) => a.add(b), head)], inner, { allowUnused: true });
    const names = [...paths, ...incoming.map((_, k) => `grad_output.${k}`)];
    for (const [k, path] of names.entries()) {
      this.checkGrad(path, 'grads2', results[k] ?? null, two.grads[path] ?? null);
    }
  }
}

function zerosOf(t: Tensor): Plain {
  const data = new Float32Array(t.shape.reduce((a, b) => a * b, 1));
  return {
    kind: 'tensor',
    shape: t.shape,
    dtype: 'f32',
    data,
    requiresGrad: false,
    torchDtype: 'float32',
  };
}

/** Replay a sample: recorded at once, read and compared later. Errors that wgrad throws are failures. */
export function replay(w: Api, record: OpRecord, sample: Sample, setting: Setting): () => Promise<Outcome> {
  const run = new Replay(w, record, sample, setting);
  try {
    run.first();
    if (setting.second && setting.layout === 'contiguous') run.second();
  } catch (error) {
    run.ledger.fail(`threw ${error instanceof Error ? error.message : String(error)}`);
  }
  return async () => {
    await run.settle();
    return run.ledger;
  };
}

/** Make the call of a refusal, and read its result. It must throw (or reject) somewhere on the way. */
export async function replayRefusal(w: Api, record: OpRecord, refusal: Refusal): Promise<void> {
  const { call } = build(w, refusal, 'contiguous');
  for (const output of outputsOf(w, record.name, call)) await output.data();
}
