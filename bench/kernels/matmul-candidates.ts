/** Kernels that compete with the chosen ones in the benchmark. */
import register from '../../shaders/matmul-register.wgsl?raw';
import { matmulPasses } from '../../src/ops/matmul-kernels.ts';
import type { Candidate } from './matmul-bench.ts';

function edited(name: string, edit: (text: string) => string): Candidate {
  return {
    name,
    texts: { [name]: edit(register) },
    passes: (shape) =>
      matmulPasses(shape, 'cpu').map((p) => (p.shader === 'matmul-register' ? { ...p, shader: name } : p)),
  };
}

export const candidates: Candidate[] = [];
