// Shows how training goes: a bar on a terminal, plain lines elsewhere; it knows events, not engines.
import type { EpochMetrics, TrainEvent } from './types.ts';

/** Where progress is written; process.stdout fits. */
export interface Output {
  write(text: string): unknown;
  readonly isTTY?: boolean;
  readonly columns?: number;
}

/** Seconds between two plain lines inside one long epoch. */
const PLAIN_EVERY = 5;
/** Seconds over which the speed is measured. */
const WINDOW = 4;
const BAR_MAX = 28;
const EIGHTHS = ' ▏▎▍▌▋▊▉';

/** Seconds as 0:07, 12:34 or 1:02:03; '–:––' for what is not known. */
export function clock(seconds: number): string {
  if (!Number.isFinite(seconds) || seconds < 0) return '–:––';
  const whole = Math.round(seconds);
  const two = (value: number): string => String(value).padStart(2, '0');
  const [hours, minutes] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60];
  return hours > 0 ? `${hours}:${two(minutes)}:${two(whole % 60)}` : `${minutes}:${two(whole % 60)}`;
}

/** A share 0…1 as '87.5 %'; '–' for NaN. */
export const percent = (share: number): string =>
  Number.isNaN(share) ? '–' : `${(share * 100).toFixed(1)} %`;

/** A bar `width` characters wide, filled to `share` in eighths of a character. */
export function bar(share: number, width: number): string {
  const filled = Math.max(0, Math.min(1, share)) * width;
  const whole = Math.floor(filled + 1e-9);
  const rest = whole < width ? (EIGHTHS[Math.floor((filled - whole) * 8)] ?? ' ') : '';
  return ('█'.repeat(whole) + rest).padEnd(width, ' ');
}

const loss = (value: number): string => value.toFixed(4);

/** What is known at one moment of training. */
export interface Moment {
  readonly epoch: number;
  readonly epochs: number;
  readonly step: number;
  readonly totalSteps: number;
  readonly loss: number;
  /** Test accuracy at the end of the last epoch, 0…1. */
  readonly accuracy: number;
  readonly stepsPerSecond: number;
}

/** The line of facts without a bar: epoch, step, loss, accuracy, speed, time left. */
export function factLine(m: Moment): string {
  const speed =
    m.stepsPerSecond > 0 ? `${m.stepsPerSecond.toFixed(m.stepsPerSecond < 10 ? 1 : 0)} steps/s` : '';
  const left = m.stepsPerSecond > 0 ? (m.totalSteps - m.step) / m.stepsPerSecond : NaN;
  const facts = [
    `epoch ${String(m.epoch).padStart(String(m.epochs).length)}/${m.epochs}`,
    `step ${String(m.step).padStart(String(m.totalSteps).length)}/${m.totalSteps}`,
    `loss ${loss(m.loss)}`,
    `test ${percent(m.accuracy)}`,
    speed,
    `${clock(left)} left`,
  ];
  return facts.filter((fact) => fact !== '').join('  ');
}

/** The line of a terminal `columns` wide: as much bar as fits before the facts, never wrapping. */
export function barLine(m: Moment, columns: number): string {
  const facts = factLine(m);
  const room = Math.min(BAR_MAX, columns - facts.length - 5);
  const line = room >= 4 ? `▕${bar(m.step / m.totalSteps, room)}▏ ${facts}` : facts;
  return line.slice(0, Math.max(0, columns - 1));
}

/** The line for the end of an epoch. */
export function epochLine(m: EpochMetrics, epochs: number): string {
  const head = `epoch ${String(m.epoch).padStart(String(epochs).length)}/${epochs}`;
  return [
    head,
    `step ${m.step}`,
    `train loss ${loss(m.trainLoss)} accuracy ${percent(m.trainAccuracy)}`,
    `test loss ${loss(m.testLoss)} accuracy ${percent(m.testAccuracy)}`,
    clock(m.seconds),
  ].join('  ');
}

/** Turns training events into lines on `out`. Call `end()` before anything else is written there. */
export class Progress {
  readonly #out: Output;
  readonly #epochs: number;
  readonly #now: () => number;
  #samples: { at: number; step: number }[] = [];
  #accuracy = NaN;
  #lastPlain: number;
  #shown = false;

  /** `now` gives seconds; it can be replaced in tests. */
  constructor(out: Output, epochs: number, now: () => number = () => performance.now() / 1000) {
    this.#out = out;
    this.#epochs = epochs;
    this.#now = now;
    this.#lastPlain = now();
  }

  handle(event: TrainEvent): void {
    if (event.kind === 'epoch') this.#epoch(event.metrics);
    if (event.kind === 'progress') this.#progress(event);
  }

  #speed(step: number): number {
    const at = this.#now();
    this.#samples.push({ at, step });
    while (this.#samples.length > 2 && at - (this.#samples[0]?.at ?? at) > WINDOW) this.#samples.shift();
    const first = this.#samples[0];
    return first !== undefined && at > first.at ? (step - first.step) / (at - first.at) : 0;
  }

  #progress(event: TrainEvent & { kind: 'progress' }): void {
    const moment: Moment = {
      ...event,
      epochs: this.#epochs,
      accuracy: this.#accuracy,
      stepsPerSecond: this.#speed(event.step),
    };
    if (this.#out.isTTY === true) {
      this.#out.write(`\r\u001b[2K${barLine(moment, this.#out.columns ?? 80)}`);
      this.#shown = true;
      return;
    }
    if (this.#now() - this.#lastPlain < PLAIN_EVERY) return;
    this.#lastPlain = this.#now();
    this.#out.write(`${factLine(moment)}\n`);
  }

  #epoch(metrics: EpochMetrics): void {
    this.#accuracy = metrics.testAccuracy;
    this.#lastPlain = this.#now();
    if (this.#out.isTTY !== true) this.#out.write(`${epochLine(metrics, this.#epochs)}\n`);
  }

  /** Wipes the bar, so that the next line begins at the left edge. */
  end(): void {
    if (this.#shown) this.#out.write('\r\u001b[2K');
    this.#shown = false;
  }
}
