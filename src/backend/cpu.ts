// The reference backend: evaluates Values one by one with each operation's own plain loops, in f32 or f64.
import { type DType, type TypedArray, arrayFor } from '../core/dtype.ts';
import { InternalError } from '../core/errors.ts';
import type { HostTensor } from '../core/op.ts';
import type { Value } from '../core/value.ts';
import { contiguousView, forEachIndex, reshapeView } from '../core/view.ts';
import type { Backend, BackendCounts, BackendMemory, DeviceBuffer, RunRequest } from './backend.ts';

class HostBuffer implements DeviceBuffer {
  readonly data: TypedArray;
  constructor(data: TypedArray) {
    this.data = data;
  }
  get bytes(): number {
    return this.data.byteLength;
  }
}

function dataOf(buffer: DeviceBuffer): TypedArray {
  if (!(buffer instanceof HostBuffer)) throw new InternalError('a buffer of another backend');
  return buffer.data;
}

function evaluateView(v: Value, input: HostTensor, out: TypedArray): void {
  if (v.op.kind !== 'view') return;
  const view =
    v.op.view(contiguousView(input.shape), v.attrs) ?? reshapeView(contiguousView(input.shape), v.shape);
  if (view === null) throw new InternalError(`${v.op.name} has no view`);
  forEachIndex(view, (index, position) => (out[position] = input.data[index]));
}

function evaluate(v: Value, inputs: readonly HostTensor[], out: TypedArray): void {
  const { op } = v;
  if (op.kind === 'constant') {
    out.fill((v.attrs as { value: number }).value);
  } else if (op.kind === 'index') {
    const words = op.words(v.attrs);
    for (let i = 0; i < out.length; i++) out[i] = op.cpu(i, words);
  } else if (op.kind === 'elementwise') {
    const types = inputs.map((input) => input.dtype);
    const args = new Array<number>(inputs.length);
    for (let i = 0; i < out.length; i++) {
      for (let k = 0; k < inputs.length; k++) args[k] = inputs[k].data[i];
      out[i] = op.cpu(args, v.dtype, types);
    }
  } else if (op.kind === 'core') {
    op.cpu(inputs, { shape: v.shape, dtype: v.dtype, data: out }, v.attrs);
  } else {
    throw new InternalError(`${op.name} cannot be evaluated`);
  }
}

export class CPUBackend implements Backend {
  readonly type = 'cpu';
  readonly adapter = 'cpu';
  readonly name: string;
  readonly buffersMax = Infinity;
  readonly tensorBytesMax = 2 ** 33;
  readonly lost = new Promise<Error>(() => undefined);
  readonly #doubles: boolean;
  readonly #live = new Set<HostBuffer>();
  #bytes = 0;
  #peak = 0;
  #runs = 0;
  #evaluations = 0;

  /** `precision`: 'f64' computes and holds f32 tensors in double precision, to prove formulas. */
  constructor(precision: 'f32' | 'f64' = 'f32') {
    this.#doubles = precision === 'f64';
    this.name = `CPU reference (${precision})`;
  }

  #hold(data: TypedArray): HostBuffer {
    const buffer = new HostBuffer(data);
    this.#live.add(buffer);
    this.#bytes += buffer.bytes;
    this.#peak = Math.max(this.#peak, this.#bytes);
    return buffer;
  }

  run({ entry, order, externals }: RunRequest): DeviceBuffer[] {
    const { plan } = entry;
    this.#runs++;
    const place = new Map(order.map((v, i) => [v, i]));
    const results = new Array<TypedArray | undefined>(order.length);
    plan.externals.forEach((i, e) => (results[i] = dataOf(externals[e])));
    const at = (v: Value): TypedArray => {
      const data = results[place.get(v) ?? -1];
      if (!data) throw new InternalError(`${v.op.name} was not evaluated`);
      return data;
    };
    order.forEach((v, i) => {
      if (results[i] !== undefined) return;
      this.#evaluations++;
      if (v.body !== null) {
        results[i] = at(v.body);
        return;
      }
      const inputs = v.inputs.map((input): HostTensor => ({
        shape: input.shape,
        dtype: input.dtype,
        data: at(input),
      }));
      const out = arrayFor(v.dtype, v.size, this.#doubles);
      if (v.op.kind === 'view') evaluateView(v, inputs[0], out);
      else evaluate(v, inputs, out);
      results[i] = out;
    });
    const held = new Map<number, HostBuffer>();
    return plan.roots.map((i) => {
      const buffer = held.get(i) ?? this.#hold(at(order[i]));
      held.set(i, buffer);
      return buffer;
    });
  }

  upload(data: TypedArray, dtype: DType): DeviceBuffer {
    if (dtype === 'f32' && this.#doubles !== data instanceof Float64Array) {
      return this.#hold(this.#doubles ? Float64Array.from(data) : Float32Array.from(data));
    }
    return this.#hold(data);
  }

  read(buffer: DeviceBuffer): Promise<TypedArray> {
    return Promise.resolve(dataOf(buffer).slice());
  }

  readMany(): Promise<Uint32Array<ArrayBuffer>[]> {
    return Promise.reject(new InternalError('host buffers are read one by one'));
  }

  readSync(buffer: DeviceBuffer): TypedArray {
    return dataOf(buffer).slice();
  }

  release(buffer: DeviceBuffer): void {
    if (buffer instanceof HostBuffer && this.#live.delete(buffer)) this.#bytes -= buffer.bytes;
  }

  synchronize(): Promise<void> {
    return Promise.resolve();
  }

  check(): void {
    // Whatever goes wrong on the CPU is thrown at once.
  }

  memory(): BackendMemory {
    return { bytes: this.#bytes, buffers: this.#live.size, peak: this.#peak, pooled: 0 };
  }

  counts(): BackendCounts {
    return { runs: this.#runs, dispatches: this.#evaluations, submits: 0, pipelines: 0 };
  }

  dispose(): void {
    this.#live.clear();
    this.#bytes = 0;
  }
}
