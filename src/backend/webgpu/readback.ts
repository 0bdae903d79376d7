// Reads tensors back, and says of each whether it holds what it should.
import type { BufferPool, GPUTensorBuffer } from './buffers.ts';
import type { Faults } from './faults.ts';
import type { Staging } from './staging.ts';

/** What a read-back goes through. */
export interface Route {
  readonly pool: BufferPool;
  readonly faults: Faults;
  readonly staging: Staging;
}

/** The words of each buffer as it is now, or why it does not hold what it should. Rejects when the device is lost. */
export async function readBack(
  { pool, faults, staging }: Route,
  sources: readonly GPUTensorBuffer[],
  bytes: readonly number[],
): Promise<(Uint32Array<ArrayBuffer> | Error)[]> {
  // Later runs may write them again before the answer is there.
  const asked = sources.map(({ failure, writtenBy }) => ({ failure, writtenBy }));
  const sound = sources.filter(({ failure }) => failure === null);
  const judged = faults.settle();
  const words = await staging.read(
    sound.map((source) => ({ buffer: pool.realise(source), bytes: bytes[sources.indexOf(source)] })),
  );
  await judged;
  return asked.map(({ failure, writtenBy }, i) => {
    const why = failure ?? faults.failureOf(writtenBy);
    if (why !== null) faults.told(why);
    return why ?? words[sound.indexOf(sources[i])];
  });
}
