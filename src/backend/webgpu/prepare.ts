// A plan made ready to run: texts, pipelines, and the uniform words with the places that change from run to run.
import { contiguousView } from '../../core/view.ts';
import type { AdapterKind, KernelPass } from '../../core/op.ts';
import type { Value } from '../../core/value.ts';
import type { Plan } from '../../plan/plan.ts';
import { type Kernel, kernelsOf, nodesOf } from './codegen.ts';
import type { Pipeline, PipelineCache } from './pipelines.ts';
import type { ShaderLibrary } from './shaders.ts';
import type { Word } from './words.ts';

// What the device guarantees at least for the offset of a uniform binding.
const UNIFORM_ALIGNMENT = 256;
const WORKGROUPS_MAX = 65_535;

export interface PreparedKernel {
  readonly kernel: Kernel;
  readonly pipeline: Pipeline;
  /** Bytes from the start of the plan's uniform buffer. */
  readonly uniformOffset: number;
  readonly uniformBytes: number;
  readonly workgroups: readonly [number, number];
  /** Bytes of each storage binding. */
  readonly bindingBytes: readonly number[];
  /** Bind groups by the buffers in them. */
  readonly groups: Map<string, GPUBindGroup>;
}

/** A word that is worked out anew for each run. */
interface Patch {
  readonly at: number;
  readonly word: Word;
}

export interface Prepared {
  readonly steps: readonly (readonly PreparedKernel[])[];
  readonly kernels: readonly PreparedKernel[];
  readonly words: Uint32Array<ArrayBuffer>;
  readonly patches: readonly Patch[];
  uniform: GPUBuffer | null;
  /** A copy of `words` as they are, which runs that wait refer to; null once they changed. */
  copy: Uint32Array<ArrayBuffer> | null;
  /** The copy that the uniform buffer holds. */
  written: Uint32Array<ArrayBuffer> | null;
}

export interface PrepareContext {
  readonly library: ShaderLibrary;
  readonly pipelines: PipelineCache;
}

/** A plan's kernel passes: for each step, those of its core operation for the views at hand. */
export function passesOf(plan: Plan, adapter: AdapterKind): (readonly KernelPass[])[] {
  return plan.steps.map(({ core }) => {
    if (core === null) return [];
    const inputs = core.operands.map((operand) =>
      operand.kind === 'strided'
        ? { ...operand.view, dtype: operand.dtype }
        : { ...contiguousView(operand.shape), dtype: operand.dtype },
    );
    const output = { shape: core.shape, dtype: core.dtype };
    return core.op.passes({ inputs, output, attrs: core.attrs, adapter });
  });
}

/** Names of the shader files that a plan's kernels are made of. */
export function filesOf(plan: Plan, passes: readonly (readonly KernelPass[])[]): Set<string> {
  const files = new Set(
    passes.flatMap((list) => list.flatMap((pass) => (pass.source === undefined ? pass.shader : []))),
  );
  for (const node of plan.steps.flatMap(nodesOf)) {
    if (node.kind !== 'apply' && node.kind !== 'index') continue;
    for (const name of node.op.libraries ?? []) files.add(`lib/${name}`);
  }
  return files;
}

const round = (bytes: number, to: number): number => Math.ceil(bytes / to) * to;

/** Workgroups of a dispatch over two dimensions, neither longer than the limit. */
export function fold(workgroups: number): readonly [number, number] {
  if (workgroups <= WORKGROUPS_MAX) return [workgroups, 1];
  const rows = Math.ceil(workgroups / WORKGROUPS_MAX);
  return [Math.ceil(workgroups / rows), rows];
}

function bindingBytes(kernel: Kernel, before: Kernel | undefined, order: readonly Value[]): number[] {
  return kernel.bindings.map(({ source }) => {
    if (source.kind === 'value') return round(order[source.value].size * 4, 16);
    const elements = source.kind === 'scratch' ? (before?.scratchElements ?? 0) : kernel.scratchElements;
    return round(elements * 4, 16);
  });
}

/** The files of the plan must be in the library. */
export function prepare(
  plan: Plan,
  passes: readonly (readonly KernelPass[])[],
  order: readonly Value[],
  context: PrepareContext,
): Prepared {
  const parts: { word: Word; at: number }[] = [];
  let offset = 0;
  const steps = plan.steps.map((step, s) => {
    const kernels = kernelsOf(step, passes[s], context.library);
    return kernels.map((kernel, k): PreparedKernel => {
      const start = offset / 4;
      kernel.params.forEach((value, i) => parts.push({ word: { kind: 'fixed', value }, at: start + i }));
      // The words are an array of vec4, which starts at a multiple of 16 bytes.
      const fused = start + round(kernel.params.length, 4);
      kernel.words.forEach((word, i) => parts.push({ word, at: fused + i }));
      const uniformBytes = Math.max(16, round((fused - start + kernel.words.length) * 4, 16));
      const uniformOffset = offset;
      offset = round(offset + uniformBytes, UNIFORM_ALIGNMENT);
      return {
        kernel,
        pipeline: context.pipelines.get(kernel.source, kernel.bindings, uniformBytes, kernel.label),
        uniformOffset,
        uniformBytes,
        workgroups: fold(kernel.workgroups),
        bindingBytes: bindingBytes(kernel, kernels[k - 1], order),
        groups: new Map(),
      };
    });
  });
  const words = new Uint32Array(Math.max(offset, UNIFORM_ALIGNMENT) / 4);
  const patches: Patch[] = [];
  for (const { word, at } of parts) {
    // Sizes are u32, strides may be negative i32: both wrap to the same 32 bits.
    if (word.kind === 'fixed') words[at] = word.value;
    else patches.push({ word, at });
  }
  return { steps, kernels: steps.flat(), words, patches, uniform: null, copy: null, written: null };
}

const bits = new DataView(new ArrayBuffer(4));

function wordOf(word: Word, order: readonly Value[]): number {
  if (word.kind === 'fixed') return word.value;
  const v = order[word.value];
  if (word.kind === 'index') return v.op.kind === 'index' ? v.op.words(v.attrs)[word.word] : 0;
  const { value } = v.attrs as { value: number };
  if (word.dtype !== 'f32') return value;
  bits.setFloat32(0, value);
  return bits.getUint32(0);
}

/** Writes the numbers of this run into the words; true where any of them changed. */
export function patchWords(prepared: Prepared, order: readonly Value[]): boolean {
  const { words, patches } = prepared;
  let changed = false;
  for (const { at, word } of patches) {
    const before = words[at];
    words[at] = wordOf(word, order);
    changed ||= words[at] !== before;
  }
  return changed;
}
