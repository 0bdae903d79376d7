// Jobs for the GPU in the order in which they were asked for; one that must wait holds back those after it.

export interface Job {
  /** Whether it can run now; true by default. */
  readonly ready?: () => boolean;
  /** Resolves when it can. */
  readonly wait?: () => Promise<unknown>;
  /** A promise holds the queue until it settles. */
  readonly run: () => void | Promise<void>;
  /** Called with what `run` threw: a job that fails does not stop those after it. */
  readonly failed: (error: Error) => void;
}

export class JobQueue {
  #jobs: Job[] = [];
  #next = 0;
  #busy = false;

  /** Whether nothing waits behind the job that is running. */
  get isLast(): boolean {
    return this.#next >= this.#jobs.length;
  }

  add(job: Job): void {
    this.#jobs.push(job);
    if (!this.#busy) this.#pump();
  }

  #pump(): void {
    while (this.#next < this.#jobs.length) {
      const job = this.#jobs[this.#next];
      if (job.ready?.() === false && job.wait) {
        this.#hold(job.wait());
        return;
      }
      this.#next++;
      const running = attempt(job);
      if (running) {
        this.#hold(running);
        return;
      }
    }
    this.#jobs = [];
    this.#next = 0;
  }

  #hold(until: Promise<unknown>): void {
    this.#busy = true;
    const go = (): void => {
      this.#busy = false;
      this.#pump();
    };
    until.then(go, go);
  }
}

function attempt(job: Job): void | Promise<void> {
  const failed = (error: unknown): void =>
    job.failed(error instanceof Error ? error : new Error(String(error)));
  try {
    return job.run()?.catch(failed);
  } catch (error) {
    failed(error);
  }
}
