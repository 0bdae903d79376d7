// A node of an ONNX model, and how its inputs and attributes are read.
import type * as W from '../../src/index.ts';

export type Api = typeof W;
export type Tensor = W.Tensor;

/** A node: its inputs as tensors (null where one is left out), and its attributes. */
export interface Node {
  /** How many outputs it has. */
  readonly outputs: number;
  readonly inputs: readonly (Tensor | null)[];
  /** Numbers of an input that ONNX takes as data and wgrad as an argument. */
  readonly numbers: (input: number) => readonly number[] | null;
  readonly attributes: Readonly<Record<string, number | string | readonly number[]>>;
}

export type Operator = (w: Api, node: Node) => Tensor | readonly Tensor[];

/** Reads a node's inputs and attributes. */
export class Reader {
  readonly node: Node;
  constructor(node: Node) {
    this.node = node;
  }
  x(i: number): Tensor {
    const input = this.node.inputs[i];
    if (!input) throw new Error(`input ${i} is missing`);
    return input;
  }
  maybe(i: number): Tensor | null {
    return this.node.inputs[i] ?? null;
  }
  number(name: string, otherwise: number): number {
    const value = this.node.attributes[name];
    return typeof value === 'number' ? value : otherwise;
  }
  text(name: string, otherwise: string): string {
    const value = this.node.attributes[name];
    return typeof value === 'string' ? value : otherwise;
  }
  numbers(name: string): readonly number[] | null {
    const value = this.node.attributes[name];
    return Array.isArray(value) ? (value as readonly number[]) : null;
  }
}

export const of =
  (fn: (w: Api, r: Reader) => Tensor | readonly Tensor[]): Operator =>
  (w, node) =>
    fn(w, new Reader(node));
