/** Kernels that compete with the chosen ones in the benchmark. */
import type { Candidate } from './matmul-bench.ts';

export const candidates: Candidate[] = [];
