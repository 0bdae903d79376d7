// Verification: every value that the GPU computes is computed by the CPU reference, too.
import { type Allowance, type Divergence, VerifyError } from './backend/verify/divergence.ts';
import { VerifyingBackend } from './backend/verify/backend.ts';
import { WebGPUBackend } from './backend/webgpu/execute.ts';
import { ValueError } from './core/errors.ts';
import { engine } from './engine.ts';
import { serialize } from './io/safetensors.ts';

export { type Allowance, type Divergence, VerifyError };

/**
 * From now on checks every kernel against the CPU reference, from the kernel's own inputs: the next read of anything
 * throws a VerifyError that names the first one that differs. Slow, since the reference is.
 *
 * Throws ValueError on the CPU backend, which is the reference itself.
 */
export function start(allowance: Allowance = {}): void {
  const on = engine();
  const { backend } = on;
  if (backend instanceof VerifyingBackend) return;
  if (!(backend instanceof WebGPUBackend)) {
    throw new ValueError('verify: there is nothing to verify', {
      expected: "a device of type 'webgpu'",
      got: backend.name,
    });
  }
  on.backend = new VerifyingBackend(backend, allowance);
}

/** Ends what start() began. */
export function stop(): void {
  const on = engine();
  if (on.backend instanceof VerifyingBackend) on.backend = on.backend.inner;
}

/**
 * Runs `fn` with every kernel checked, and resolves with what differs, first things first; nothing is thrown for it.
 * What `fn` leaves unread is not run, and so not checked.
 */
export async function run(fn: () => unknown, allowance: Allowance = {}): Promise<Divergence[]> {
  start(allowance);
  const { backend } = engine();
  try {
    if (!(backend instanceof VerifyingBackend)) return [];
    backend.collects = true;
    await fn();
    await backend.synchronize();
    return await backend.takeDivergences();
  } finally {
    stop();
  }
}

/** The inputs of a kernel that diverged, as the bytes of a safetensors file: 'input.0.…' is what it read first. */
export function reproduction({ inputs }: Divergence): Uint8Array<ArrayBuffer> {
  return serialize(Object.fromEntries(inputs.map((x, i) => [`input.${i}.${x.op}`, x])));
}
