// Reads the arguments of one sample's call by position or name, as Python would. Knows no operation.
import type { Constant } from './load.ts';
import type { Operand, Tensor } from './api.ts';

/** An argument whose tensors are wgrad's. */
export type Arg = Tensor | Constant | number | string | boolean | null | readonly Arg[];

const isTensor = (x: Arg | undefined): x is Tensor =>
  typeof x === 'object' && x !== null && !Array.isArray(x) && 'requiresGrad' in x;

/** The arguments of a call. Every reader takes a position and, where Python allows one, a name. */
export class Call {
  readonly #args: readonly Arg[];
  readonly #kwargs: Readonly<Record<string, Arg>>;

  constructor(args: readonly Arg[], kwargs: Readonly<Record<string, Arg>>) {
    this.#args = args;
    this.#kwargs = kwargs;
  }

  /** The first input. */
  get x(): Tensor {
    return this.tensor(0);
  }

  /** The first input as it is: a tensor, a list, a number. */
  get at0(): Arg | undefined {
    return this.#args[0];
  }

  /** An argument as it is. */
  raw(position: number, name: string): Arg | undefined {
    return this.at(position, name);
  }

  /** All arguments from a position on, as they are. */
  rest(position: number): readonly Arg[] {
    return this.#args.slice(position);
  }

  isList(position: number): boolean {
    return Array.isArray(this.#args[position]);
  }

  /** The tensors of the list that comes first, or all that are given one by one. */
  allTensors(): Tensor[] {
    if (this.isList(0)) return this.tensors(0);
    return this.#args.flatMap((x, k) => (isTensor(x) ? [this.tensor(k)] : []));
  }

  private at(position: number, name?: string): Arg | undefined {
    const named = name === undefined ? undefined : this.#kwargs[name];
    return this.#args[position] ?? named ?? undefined;
  }

  private wrong(position: number, name: string | undefined, wanted: string): Error {
    return new Error(`argument ${position}${name === undefined ? '' : ` (${name})`} is no ${wanted}`);
  }

  tensor(position: number, name?: string): Tensor {
    const x = this.at(position, name);
    if (!isTensor(x)) throw this.wrong(position, name, 'tensor');
    return x;
  }

  /** A tensor, or undefined where there is none. */
  maybeTensor(position: number, name?: string): Tensor | undefined {
    return this.at(position, name) === undefined ? undefined : this.tensor(position, name);
  }

  tensors(position: number): Tensor[] {
    const x = this.at(position);
    if (!Array.isArray(x)) throw this.wrong(position, undefined, 'list');
    return (x as readonly Arg[]).map((t) => {
      if (!isTensor(t)) throw this.wrong(position, undefined, 'list of tensors');
      return t;
    });
  }

  operand(position: number, name?: string): Operand {
    const x = this.at(position, name);
    return typeof x === 'number' ? x : typeof x === 'boolean' ? Number(x) : this.tensor(position, name);
  }

  maybeOperand(position: number, name?: string): Operand | undefined {
    return this.at(position, name) === undefined ? undefined : this.operand(position, name);
  }

  number(position: number, name?: string): number {
    const x = this.at(position, name);
    if (typeof x !== 'number' && typeof x !== 'boolean') throw this.wrong(position, name, 'number');
    return Number(x);
  }

  maybeNumber(position: number, name?: string): number | undefined {
    return this.at(position, name) === undefined ? undefined : this.number(position, name);
  }

  /** A list of numbers; one number is a list of one. */
  numbers(position: number, name?: string): number[] {
    const x = this.at(position, name);
    if (typeof x === 'number') return [x];
    if (!Array.isArray(x)) throw this.wrong(position, name, 'list');
    return (x as readonly Arg[]).map(Number);
  }

  /** A number or a list of them, as it was given. */
  dims(position: number, name?: string): number | number[] {
    const x = this.at(position, name);
    return typeof x === 'number' ? x : this.numbers(position, name);
  }

  maybeDims(position: number, name?: string): number | number[] | undefined {
    return this.at(position, name) === undefined ? undefined : this.dims(position, name);
  }

  flag(position: number, name?: string): boolean | undefined {
    const x = this.at(position, name);
    return typeof x === 'boolean' ? x : undefined;
  }

  /** Whether an argument of this name was given. */
  has(name: string): boolean {
    return this.at(Infinity, name) !== undefined;
  }

  /** A word, whichever it is, or undefined. */
  text(position: number, name: string): string | undefined {
    const x = this.at(position, name);
    return typeof x === 'string' ? x : undefined;
  }

  /** One of some words, or undefined. */
  word<W extends string>(position: number, name: string, ...words: readonly W[]): W | undefined {
    const x = this.at(position, name);
    return words.find((w) => w === x);
  }
}

/** The options that are given, without the undefined ones. */
export function given<T extends object>(options: T): T {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)) as T;
}
