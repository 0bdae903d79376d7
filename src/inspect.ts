// What reading a tensor would run: the plan in words, and the kernels' texts. Runs nothing.
import { kernelsOf } from './backend/webgpu/codegen.ts';
import { filesOf, passesOf } from './backend/webgpu/prepare.ts';
import { ShaderLibrary } from './backend/webgpu/shaders.ts';
import { describe } from './plan/plan.ts';
import type { Tensor } from './tensor.ts';

/** The plan that reading the tensor would run, in words: a line a kernel. */
export function explain(t: Tensor): string {
  const plan = t.engine.planFor(t.value);
  return plan === null ? '0 steps: the elements are there' : describe(plan);
}

/** The WGSL of the kernels that reading the tensor would run on WebGPU, in order. */
export async function kernels(
  t: Tensor,
): Promise<readonly { readonly label: string; readonly source: string }[]> {
  const plan = t.engine.planFor(t.value);
  if (plan === null) return [];
  const library = new ShaderLibrary();
  const passes = passesOf(plan, t.engine.backend.adapter);
  await library.load(filesOf(plan, passes));
  return plan.steps.flatMap((step, s) =>
    kernelsOf(step, passes[s], library).map(({ label, source }) => ({ label, source })),
  );
}
