// One run of a plan: which buffer each of its Values is in, and what will be dispatched.
import { InternalError } from '../../core/errors.ts';
import type { Value } from '../../core/value.ts';
import type { PlanEntry } from '../backend.ts';
import type { BufferPool, GPUTensorBuffer } from './buffers.ts';
import type { Prepared } from './prepare.ts';
import type { Dispatch } from './submit.ts';

/** A run whose kernels are known. */
export interface ReadyRun {
  readonly prepared: Prepared;
  readonly dispatches: readonly Dispatch[];
  readonly words: Uint32Array<ArrayBuffer>;
}

export interface Run {
  readonly entry: PlanEntry;
  /** Every Value of the plan, by place. */
  readonly order: readonly Value[];
  readonly inputs: readonly GPUTensorBuffer[];
  /** The buffers by the Values' places. */
  readonly buffers: (GPUTensorBuffer | undefined)[];
  /** null until the texts of its kernels are there. */
  ready: ReadyRun | null;
}

/** Whether its pipelines are compiled, or have failed. */
export const isCompiled = ({ ready }: Run): boolean =>
  ready === null ||
  ready.prepared.kernels.every(({ pipeline }) => pipeline.ready !== null || pipeline.failure !== null);

/** Resolves when they are. */
export const compiled = ({ ready }: Run): Promise<unknown> =>
  Promise.all((ready?.prepared.kernels ?? []).map(({ pipeline }) => pipeline.compiled));

/** The buffers of what is asked for, in the plan's order. */
export function results({ entry, buffers }: Run): GPUTensorBuffer[] {
  return entry.plan.roots.map((i) => {
    const buffer = buffers[i];
    if (!buffer) throw new InternalError('a root has no buffer');
    return buffer;
  });
}

/** Gives what is asked for its buffers, before anything else of the run is known. */
export function acquireResults({ entry: { plan }, buffers }: Run, pool: BufferPool): void {
  const roots = new Set(plan.roots);
  for (const { value, size } of plan.steps.flatMap(({ outputs }) => outputs)) {
    if (roots.has(value)) buffers[value] = pool.acquire(size * 4);
  }
}

/**
 * Gives every Value of the plan its buffer, in order, so that what is free again is reused. A run that is `isLate` takes
 * new ones: those in the pool may still be read by runs that were asked for after it.
 */
export function assign(
  { entry: { plan }, buffers }: Run,
  prepared: Prepared,
  pool: BufferPool,
  isLate: boolean,
): Dispatch[] {
  const acquire = (elements: number): GPUTensorBuffer => pool.acquire(elements * 4, isLate);
  const dispatches: Dispatch[] = [];
  plan.steps.forEach((step, s) => {
    for (const { value, size } of step.outputs) buffers[value] ??= acquire(size);
    let scratch: GPUTensorBuffer | null = null;
    for (const kernel of prepared.steps[s]) {
      const { scratchElements, bindings } = kernel.kernel;
      const next: GPUTensorBuffer | null = scratchElements > 0 ? acquire(scratchElements) : null;
      const bound = bindings.map(({ source }) => {
        const buffer =
          source.kind === 'value' ? buffers[source.value] : source.kind === 'scratch' ? scratch : next;
        if (!buffer) throw new InternalError(`${step.label} reads what was not computed`);
        return buffer;
      });
      dispatches.push({ prepared: kernel, buffers: bound });
      if (scratch) pool.release(scratch);
      scratch = next;
    }
    for (const value of step.frees) {
      const buffer = buffers[value];
      if (buffer) pool.release(buffer);
    }
  });
  return dispatches;
}
