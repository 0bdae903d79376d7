// A backend that runs every plan twice: on the device, and step by step on the CPU reference from the device's own inputs.
import { type DType, type TypedArray, fromWords } from '../../core/dtype.ts';
import { ValueError } from '../../core/errors.ts';
import type { AdapterKind } from '../../core/op.ts';
import { unravel } from '../../core/shape.ts';
import type { Value } from '../../core/value.ts';
import type { Plan, Step } from '../../plan/plan.ts';
import type {
  Backend,
  BackendCounts,
  BackendMemory,
  DeviceBuffer,
  PlanEntry,
  RunRequest,
} from '../backend.ts';
import { CPUBackend } from '../cpu.ts';
import {
  type Allowance,
  type Divergence,
  type Involved,
  VerifyError,
  firstDifference,
} from './divergence.ts';

/** Numbers of a run's Values, by place. */
type Numbers = ReadonlyMap<number, TypedArray>;

/** What the device can tell of its kernels besides running them. */
export interface Verifiable extends Backend {
  /** Texts of the kernels of a step, in order; the plan must have been run. */
  sources(entry: PlanEntry, step: number): readonly string[];
}

/** Copies of the Values that keep their history: the engine empties that of results once they are there. */
function remember(order: readonly Value[], externals: readonly number[]): Value[] {
  const copies = new Map<Value, Value>();
  const known = new Set(externals);
  const copyOf = (v: Value): Value => copies.get(v) ?? v;
  return order.map((v, i) => {
    const copy = Object.create(Object.getPrototypeOf(v) as object) as Value;
    const history = known.has(i)
      ? { inputs: [], body: null }
      : { inputs: v.inputs.map(copyOf), body: v.body && copyOf(v.body) };
    copies.set(v, Object.assign(copy, v, history));
    return copy;
  });
}

/** What the Values at `outputs` are computed of, down to those that `known` has; inputs first. */
function between(
  order: readonly Value[],
  place: ReadonlyMap<Value, number>,
  outputs: readonly number[],
  known: Numbers,
): Value[] {
  const found = new Set<Value>();
  const stack = outputs.map((i) => order[i]);
  for (let v = stack.pop(); v !== undefined; v = stack.pop()) {
    if (found.has(v)) continue;
    found.add(v);
    if (known.has(place.get(v) ?? -1)) continue;
    stack.push(...(v.body !== null ? [v.body] : v.inputs));
  }
  return [...found].sort((a, b) => (place.get(a) ?? 0) - (place.get(b) ?? 0));
}

export class VerifyingBackend implements Backend {
  readonly type: Backend['type'];
  readonly name: string;
  readonly adapter: AdapterKind;
  readonly buffersMax: number;
  readonly tensorBytesMax: number;
  readonly lost: Promise<Error>;
  readonly tracesCalls = true;
  readonly inner: Verifiable;
  /** Whether what differs is kept for who asks, instead of being thrown by the next read. */
  collects = false;
  readonly #allowance: Allowance;
  readonly #doubles = new CPUBackend('f64');
  readonly #singles = new CPUBackend('f32');
  /** Plans that keep what every step writes, by the plans that do not. */
  readonly #entries = new WeakMap<Plan, PlanEntry>();
  #checks: Promise<void> = Promise.resolve();
  readonly #found: Divergence[] = [];
  /** Why something could not be checked: the reference lacks a custom operation. */
  #refused: ValueError | null = null;

  constructor(inner: Verifiable, allowance: Allowance = {}) {
    this.inner = inner;
    this.#allowance = allowance;
    this.type = inner.type;
    this.name = inner.name;
    this.adapter = inner.adapter;
    this.buffersMax = inner.buffersMax;
    this.tensorBytesMax = inner.tensorBytesMax;
    this.lost = inner.lost;
  }

  /** Resolves, when all runs so far are checked, with what was found since the last time. */
  async takeDivergences(): Promise<Divergence[]> {
    await this.#checks;
    this.#throwRefused();
    return this.#found.splice(0);
  }

  #entryFor(plan: Plan): PlanEntry {
    const known = this.#entries.get(plan);
    if (known) return known;
    const outputs = plan.steps.flatMap((step) => step.outputs.map(({ value }) => value));
    const steps = plan.steps.map((step): Step => ({ ...step, frees: [] }));
    const entry: PlanEntry = {
      plan: { ...plan, steps, roots: [...plan.roots, ...outputs] },
      prepared: null,
    };
    this.#entries.set(plan, entry);
    return entry;
  }

  run({ entry: { plan }, order, externals }: RunRequest): DeviceBuffer[] {
    const entry = this.#entryFor(plan);
    const values = remember(order, plan.externals);
    const buffers = this.inner.run({ entry, order, externals });
    const results = buffers.slice(0, plan.roots.length);
    const places = [...plan.externals, ...entry.plan.roots.slice(plan.roots.length)];
    const held = [...externals, ...buffers.slice(plan.roots.length)];
    // Asked for now, before a later run can write the buffers again.
    const numbers = this.inner.readMany(
      held,
      places.map((i) => order[i].size * 4),
    );
    const before = this.#checks;
    const check = async (): Promise<void> => {
      const words = await numbers;
      await before;
      const read = places.flatMap((i, k) => {
        const answer = words[k];
        return answer instanceof Error ? [] : [[i, fromWords(answer, order[i].dtype)] as const];
      });
      await this.#compare(entry, values, new Map(read)).catch((error: unknown) => {
        if (!(error instanceof ValueError)) throw error;
        this.#refused ??= error;
      });
    };
    // A read that fails is told to whoever reads the result itself.
    this.#checks = check().catch(() => undefined);
    for (const buffer of new Set(buffers.slice(plan.roots.length))) {
      if (!results.includes(buffer)) this.inner.release(buffer);
    }
    return results;
  }

  async #compare(entry: PlanEntry, order: readonly Value[], numbers: Numbers): Promise<void> {
    const place = new Map(order.map((v, i) => [v, i]));
    const known = new Map(entry.plan.externals.flatMap((i) => pair(i, numbers.get(i))));
    for (const [s, step] of entry.plan.steps.entries()) {
      const outputs = step.outputs.map(({ value }) => value);
      const values = between(order, place, outputs, known);
      const [doubles, singles] = await Promise.all(
        [this.#doubles, this.#singles].map((reference) => evaluate(reference, values, place, outputs, known)),
      );
      outputs.forEach((i, o) => {
        const got = numbers.get(i);
        if (got === undefined) return;
        const { dtype, shape, size, op } = order[i];
        const difference = firstDifference(got, doubles[o], singles[o], dtype, this.#allowance);
        known.set(i, got);
        if (difference === null) return;
        const inputs = values.flatMap((v): Involved[] => {
          const data = known.get(place.get(v) ?? -1);
          return data === undefined || v === order[i]
            ? []
            : [{ op: v.op.name, shape: v.shape, dtype: v.dtype, data }];
        });
        this.#found.push({
          kernel: step.label,
          op: op.name,
          shape,
          dtype,
          index: unravel(difference.at, shape),
          got: got[difference.at],
          expected: doubles[o][difference.at],
          count: difference.count,
          size,
          line: lineOf(order, i),
          inputs,
          wgsl: this.inner.sources(entry, s),
        });
      });
    }
  }

  async read(buffer: DeviceBuffer, dtype: DType, size: number): Promise<TypedArray> {
    const data = await this.inner.read(buffer, dtype, size);
    await this.#checks;
    this.check();
    return data;
  }

  async synchronize(): Promise<void> {
    await this.inner.synchronize();
    await this.#checks;
    this.check();
  }

  readMany(
    buffers: readonly DeviceBuffer[],
    bytes: readonly number[],
  ): Promise<(Uint32Array<ArrayBuffer> | Error)[]> {
    return this.inner.readMany(buffers, bytes).then(async (words) => {
      await this.#checks;
      return words;
    });
  }
  readSync(buffer: DeviceBuffer): TypedArray | null {
    return this.inner.readSync(buffer);
  }
  upload(data: TypedArray, dtype: DType): DeviceBuffer {
    return this.inner.upload(data, dtype);
  }
  release(buffer: DeviceBuffer): void {
    this.inner.release(buffer);
  }
  #throwRefused(): void {
    const error = this.#refused;
    this.#refused = null;
    if (error !== null) throw error;
  }
  check(): void {
    this.inner.check();
    this.#throwRefused();
    if (this.collects) return;
    const [first] = this.#found.splice(0);
    if (first !== undefined) throw new VerifyError(first);
  }
  memory(): BackendMemory {
    return this.inner.memory();
  }
  counts(): BackendCounts {
    return this.inner.counts();
  }
  dispose(reason: Error): void {
    this.inner.dispose(reason);
  }
}

const pair = (i: number, data: TypedArray | undefined): [number, TypedArray][] =>
  data === undefined ? [] : [[i, data]];

/** The line that asked for a Value, or for the first one computed of it that a user asked for. */
function lineOf(order: readonly Value[], i: number): string | null {
  const after = order.slice(i).find((v) => v.notes.site !== null);
  return after?.notes.site ?? null;
}

/** The reference's numbers of the outputs, from the known ones. */
function evaluate(
  reference: CPUBackend,
  values: readonly Value[],
  place: ReadonlyMap<Value, number>,
  outputs: readonly number[],
  known: Numbers,
): Promise<TypedArray[]> {
  const local = new Map(values.map((v, i) => [place.get(v) ?? -1, i]));
  const given = values.flatMap((v, i) => {
    const data = known.get(place.get(v) ?? -1);
    return data === undefined ? [] : [{ i, data, dtype: v.dtype }];
  });
  const plan: Plan = {
    steps: [],
    externals: given.map(({ i }) => i),
    roots: outputs.map((i) => local.get(i) ?? -1),
  };
  const externals = given.map(({ data, dtype }) => reference.upload(data, dtype));
  const buffers = reference.run({ entry: { plan, prepared: null }, order: values, externals });
  const results = Promise.all(buffers.map((buffer) => reference.read(buffer)));
  for (const buffer of [...externals, ...buffers]) reference.release(buffer);
  return results;
}
