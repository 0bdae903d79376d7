// The device's complaints: kept until an await can throw them, and remembered by what they may have spoilt.
import { GPUFaultError } from '../../core/errors.ts';

/** Submissions whose results cannot be trusted. */
interface Spoilt {
  readonly first: number;
  readonly last: number;
  readonly error: Error;
}

export class Faults {
  readonly #device: GPUDevice;
  #pending: Error | null = null;
  readonly #spoilt: Spoilt[] = [];
  #newest = 0;
  /** Every submission up to this one is known to be good, or spoilt. */
  #settled = 0;
  #verdict: Promise<void> = Promise.resolve();

  constructor(device: GPUDevice) {
    this.#device = device;
    device.addEventListener('uncapturederror', (event) => {
      event.preventDefault();
      this.report(refusal(event.error), this.#settled + 1);
    });
  }

  /** The number of a submission of which no complaint is expected. */
  next(): number {
    return ++this.#newest;
  }

  /** Runs commands that are one submission, and hears what the device says of them. Returns the submission's number. */
  watch(commands: () => void): number {
    const submission = this.next();
    this.#device.pushErrorScope('validation');
    try {
      commands();
    } finally {
      this.#verdict = this.#device.popErrorScope().then(
        (error) => {
          if (error !== null) this.report(refusal(error), submission);
        },
        // A lost device says so by itself.
        () => undefined,
      );
    }
    return submission;
  }

  /** Submissions from `first` to the newest are not to be trusted: the later ones may have used what the first wrote. */
  report(error: Error, first: number): void {
    this.#pending ??= error;
    this.#spoilt.push({ first, last: this.#newest, error });
    this.#settled = this.#newest;
  }

  /** Resolves when the device has judged all submissions so far. */
  async settle(): Promise<void> {
    const submission = this.#newest;
    await this.#verdict;
    if (submission > this.#settled) this.#settled = submission;
  }

  /** Why what a submission wrote cannot be trusted, or null. */
  failureOf(submission: number): Error | null {
    return this.#spoilt.find(({ first, last }) => submission >= first && submission <= last)?.error ?? null;
  }

  /** Throws the first fault since the last call, if there was one. */
  check(): void {
    const error = this.#pending;
    this.#pending = null;
    if (error !== null) throw error;
  }

  /** `error` is on its way to a user. */
  told(error: Error): void {
    if (this.#pending === error) this.#pending = null;
  }
}

const refusal = (error: GPUError): GPUFaultError =>
  new GPUFaultError('the GPU refused a command', {
    got: error.message.split('\n')[0],
  });
