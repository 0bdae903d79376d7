// Bind groups of a kernel, kept by the buffers in them: making one costs as much as two dispatches.
import { InternalError } from '../../core/errors.ts';
import type { GPUTensorBuffer } from './buffers.ts';
import type { PreparedKernel } from './prepare.ts';

/** Bind groups kept for one kernel: as many as a loop's buffers take turns. */
const GROUPS_MAX = 16;

/** The kernel's bind group with these buffers, all of which the device has made. */
export function bindGroup(
  device: GPUDevice,
  kernel: PreparedKernel,
  buffers: readonly GPUTensorBuffer[],
  uniform: GPUBuffer,
): GPUBindGroup {
  let key = '';
  for (const buffer of buffers) key += `${buffer.id},`;
  const known = kernel.groups.get(key);
  if (known) return known;
  const { uniformOffset, uniformBytes, bindingBytes } = kernel;
  const group = device.createBindGroup({
    layout: kernel.pipeline.layout.group,
    entries: [
      { binding: 0, resource: { buffer: uniform, offset: uniformOffset, size: uniformBytes } },
      ...buffers.map(({ gpu }, i) => {
        if (gpu === null) throw new InternalError('a buffer is bound before it is made');
        return { binding: i + 1, resource: { buffer: gpu, size: bindingBytes[i] } };
      }),
    ],
  });
  const [oldest] = kernel.groups.keys();
  if (kernel.groups.size >= GROUPS_MAX) kernel.groups.delete(oldest);
  kernel.groups.set(key, group);
  return group;
}
