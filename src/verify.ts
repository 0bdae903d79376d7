// Verification: every value that the GPU computes is computed by the CPU reference, too.
import { type Allowance, type Divergence, VerifyError } from './backend/verify/divergence.ts';
import type { Backend } from './backend/backend.ts';
import type { VerifyingBackend } from './backend/verify/backend.ts';
import { WebGPUBackend } from './backend/webgpu/execute.ts';
import { ValueError } from './core/errors.ts';
import { engine } from './engine.ts';
import { serialize } from './io/safetensors.ts';

export { type Allowance, type Divergence, VerifyError };

const isVerifying = (backend: Backend): backend is VerifyingBackend => backend.tracesCalls === true;

/**
 * From now on checks every kernel against the CPU reference, from the kernel's own inputs: the next read of anything
 * throws a VerifyError that names the first one that differs. Slow, since the reference is.
 *
 * Throws ValueError on the CPU backend, which is the reference itself.
 */
export async function start(allowance: Allowance = {}): Promise<void> {
  const on = engine();
  const { backend } = on;
  if (isVerifying(backend)) return;
  if (!(backend instanceof WebGPUBackend)) {
    throw new ValueError('verify: there is nothing to verify', {
      expected: "a device of type 'webgpu'",
      got: backend.name,
    });
  }
  // Loaded here, since most programs never verify.
  const { VerifyingBackend: Verifying } = await import('./backend/verify/backend.ts');
  on.backend = new Verifying(backend, allowance);
}

/** Ends what start() began. */
export function stop(): void {
  const on = engine();
  if (isVerifying(on.backend)) on.backend = on.backend.inner;
}

/**
 * Runs `fn` with every kernel checked, and resolves with what differs, first things first; nothing is thrown for it.
 * What `fn` leaves unread is not run, and so not checked.
 */
export async function run(fn: () => unknown, allowance: Allowance = {}): Promise<Divergence[]> {
  await start(allowance);
  const { backend } = engine();
  try {
    if (!isVerifying(backend)) return [];
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
