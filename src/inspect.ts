// What reading a tensor would run: the plan in words, and the kernels' texts. Runs nothing.
import { stepKernels } from './backend/webgpu/prepare.ts';
import { ShaderLibrary } from './backend/webgpu/shaders.ts';
import { describe } from './plan/plan.ts';
import type { Tensor } from './tensor.ts';

/** The plan that reading the tensor would run, in words: a line a kernel. */
export function explain(t: Tensor): string {
  const plan = t.engine.planFor(t.value);
  return plan === null ? '0 steps: the elements are there' : describe(plan);
}

/** The WGSL of the kernels that reading the tensor would run on WebGPU, in order. */
export function kernels(t: Tensor): readonly { readonly label: string; readonly source: string }[] {
  const plan = t.engine.planFor(t.value);
  const library = new ShaderLibrary();
  return (plan?.steps ?? []).flatMap((step) =>
    stepKernels(step, library, t.engine.backend.adapter).map(({ label, source }) => ({ label, source })),
  );
}
