// Modules made of modules.
import { ValueError } from '../core/errors.ts';
import type { Tensor } from '../tensor.ts';
import { Module } from './module.ts';

/**
 * Modules run one after another: `new Sequential(new Linear(2, 3), new Tanh())`, or with names
 * `new Sequential({ hidden: new Linear(2, 3), act: new Tanh() })`. Without names they are called '0', '1', ….
 */
export class Sequential extends Module {
  readonly #layers: (readonly [name: string, layer: Module])[] = [];

  constructor(...layers: readonly Module[] | readonly [Readonly<Record<string, Module>>]) {
    super();
    const [first] = layers;
    if (first !== undefined && !(first instanceof Module)) {
      for (const [name, layer] of Object.entries(first)) this.#layers.push([name, layer]);
    } else for (const layer of layers as readonly Module[]) this.append(layer);
  }

  get length(): number {
    return this.#layers.length;
  }

  /** Adds a layer at the end. */
  append(layer: Module): this {
    if (!(layer instanceof Module)) {
      throw new ValueError('Sequential takes modules', {
        got: typeof layer,
        fix: 'use modules such as new nn.Sigmoid(), or write a Module with a forward of your own',
      });
    }
    this.#layers.push([String(this.#layers.length), layer]);
    return this;
  }

  /** The layer at a place; negative places count from the end. */
  at(index: number): Module | undefined {
    return this.#layers.at(index)?.[1];
  }

  *[Symbol.iterator](): Iterator<Module> {
    for (const [, layer] of this.#layers) yield layer;
  }

  protected override *members(): Iterable<readonly [string, unknown]> {
    yield* this.#layers;
    for (const member of super.members()) yield member;
  }

  forward(x: Tensor): Tensor {
    let y = x;
    for (const [, layer] of this.#layers) y = layer.call(y);
    return y;
  }
}
