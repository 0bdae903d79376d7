// Encodes one run: its uniforms, and its dispatches in one pass.
import { InternalError } from '../../core/errors.ts';
import { bindGroup } from './bind.ts';
import { type GPUTensorBuffer, USAGE } from './buffers.ts';
import type { Prepared, PreparedKernel } from './prepare.ts';

export interface Dispatch {
  readonly prepared: PreparedKernel;
  readonly buffers: readonly GPUTensorBuffer[];
}

/** The buffers that the dispatches write. */
export function written(dispatches: readonly Dispatch[]): GPUTensorBuffer[] {
  return dispatches.flatMap(({ prepared, buffers }) =>
    buffers.filter((_, i) => prepared.kernel.bindings[i].access === 'write'),
  );
}

/** Writes the uniforms, unless the device has these already, and submits the dispatches. */
export function submitRun(
  device: GPUDevice,
  prepared: Prepared,
  dispatches: readonly Dispatch[],
  words: Uint32Array<ArrayBuffer>,
): void {
  prepared.uniform ??= device.createBuffer({
    size: prepared.words.byteLength,
    usage: USAGE.uniform | USAGE.copyTarget,
    label: 'uniforms of a plan',
  });
  if (prepared.written !== words) device.queue.writeBuffer(prepared.uniform, 0, words);
  prepared.written = words;
  if (dispatches.length === 0) return;
  const encoder = device.createCommandEncoder();
  const pass = encoder.beginComputePass();
  for (const { prepared: kernel, buffers } of dispatches) {
    const { ready } = kernel.pipeline;
    if (ready === null) throw new InternalError(`${kernel.kernel.label} is not compiled`);
    pass.setPipeline(ready);
    pass.setBindGroup(0, bindGroup(device, kernel, buffers, prepared.uniform));
    pass.dispatchWorkgroups(kernel.workgroups[0], kernel.workgroups[1]);
  }
  pass.end();
  device.queue.submit([encoder.finish()]);
}
