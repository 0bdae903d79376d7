// The base of all modules: finds parameters and sub-modules in an object's own properties, and loads and saves them
// by name. Knows no particular layer.
import { ShapeError, ValueError } from '../core/errors.ts';
import { applyUpdates, keep, Parameter, Tensor, zerosLike } from '../tensor.ts';

/** Tensors by name, in the order of the module's properties. */
export type StateDict = Map<string, Tensor>;

/** What a loaded state lacked and had too much. */
export interface LoadReport {
  readonly missingKeys: readonly string[];
  readonly unexpectedKeys: readonly string[];
}

/** Runs a module's forward between hooks. */
export interface CallHooks {
  run(module: unknown, inputs: readonly unknown[], forward: (inputs: readonly unknown[]) => unknown): unknown;
}

const isModule = (x: unknown): x is Module => x instanceof Module;

type Member = readonly [name: string, value: unknown];

function* flatten(name: string, value: unknown): Generator<Member, void, undefined> {
  if (!Array.isArray(value)) yield [name, value];
  else for (let i = 0; i < value.length; i++) yield* flatten(`${name}.${String(i)}`, value[i]);
}

const join = (prefix: string, name: string): string => (prefix === '' ? name : `${prefix}.${name}`);

/**
 * A part of a network. A sub-class assigns parameters and modules to its properties (arrays of them too) and defines
 * `forward`; the names of the properties become the names in `stateDict()`:
 *
 *     class Net extends nn.Module {
 *       fc1 = new nn.Linear(16384, 4);
 *       fc2 = new nn.Linear(4, 1);
 *       forward(x: Tensor) { return this.fc2.call(this.fc1.call(x).sigmoid()); }
 *     }
 *
 * A module that takes or gives something else than tensors says so: `extends nn.Module<[Tensor, boolean], Tensor[]>`.
 */
export abstract class Module<In extends readonly unknown[] = Tensor[], Out = Tensor> {
  /** Whether the module trains: `train()` and `eval()` set it here and in every module below. */
  training = true;
  /** What `call` runs forward between; set by the functions that register hooks. */
  callHooks: CallHooks | null = null;
  readonly #buffers = new Map<string, { persistent: boolean }>();

  abstract forward(...inputs: In): Out;

  /** Runs the module on its inputs. */
  call(...inputs: Parameters<this['forward']>): ReturnType<this['forward']> {
    type Result = ReturnType<this['forward']>;
    if (this.callHooks === null) return this.forward(...(inputs as unknown as In)) as Result;
    return this.callHooks.run(this, inputs, (given) => this.forward(...(given as unknown as In))) as Result;
  }

  /** This module in a list with others, where only a module of tensors can be called without a cast. */
  #plain(): Module {
    return this as unknown as Module;
  }

  /** The properties in which modules and parameters are looked for, with their names. */
  protected *members(): Iterable<Member> {
    for (const [name, value] of Object.entries(this)) yield* flatten(name, value);
  }

  /**
   * Adds a tensor that belongs to the state but is not trained, as property `name`.
   * With `persistent: false` it is left out of `stateDict()`.
   */
  registerBuffer(name: string, value: Tensor, options: { readonly persistent?: boolean } = {}): void {
    if (name === '' || name.includes('.') || (name in this && !this.#buffers.has(name))) {
      throw new ValueError(`${this.constructor.name} cannot have a buffer of this name`, {
        expected: "a name without '.' that the module does not use",
        got: `'${name}'`,
      });
    }
    Object.defineProperty(this, name, { value, writable: true, enumerable: true, configurable: true });
    this.#buffers.set(name, { persistent: options.persistent ?? true });
  }

  /** Direct sub-modules with their names; a module met twice comes once. */
  namedChildren(): [string, Module][] {
    const seen = new Set<Module>();
    const out: [string, Module][] = [];
    for (const [name, value] of this.members()) {
      if (!isModule(value) || seen.has(value)) continue;
      seen.add(value);
      out.push([name, value]);
    }
    return out;
  }

  children(): Module[] {
    return this.namedChildren().map(([, child]) => child);
  }

  /** This module and all below, depth first; one met twice comes once, under its first name. */
  namedModules(prefix = '', seen = new Set<Module>()): [string, Module][] {
    const self = this.#plain();
    if (seen.has(self)) return [];
    seen.add(self);
    const out: [string, Module][] = [[prefix, self]];
    for (const [name, value] of this.members()) {
      if (isModule(value)) out.push(...value.namedModules(join(prefix, name), seen));
    }
    return out;
  }

  modules(): Module[] {
    return this.namedModules().map(([, module]) => module);
  }

  /** Parameters of this module and all below, by name; one met twice comes once, under its first name. */
  namedParameters(): [string, Parameter][] {
    const seen = new Set<Parameter>();
    return this.#tensors().flatMap(([name, value]): [string, Parameter][] => {
      if (!(value instanceof Parameter) || seen.has(value)) return [];
      seen.add(value);
      return [[name, value]];
    });
  }

  parameters(): Parameter[] {
    return this.namedParameters().map(([, parameter]) => parameter);
  }

  /** Buffers of this module and all below, by name. */
  namedBuffers(): [string, Tensor][] {
    const seen = new Set<Tensor>();
    return this.#tensors().flatMap(([name, value]): [string, Tensor][] => {
      if (value instanceof Parameter || seen.has(value)) return [];
      seen.add(value);
      return [[name, value]];
    });
  }

  buffers(): Tensor[] {
    return this.namedBuffers().map(([, buffer]) => buffer);
  }

  /** Parameters and buffers of this module and below under every name they have; `path` guards against cycles. */
  #tensors(prefix = '', path: readonly Module[] = []): [string, Tensor, boolean][] {
    const out: [string, Tensor, boolean][] = [];
    const below = [...path, this.#plain()];
    for (const [name, value] of this.members()) {
      const full = join(prefix, name);
      const buffer = this.#buffers.get(name);
      if (isModule(value)) {
        // A module that refers back to one it is part of adds no name.
        if (!below.includes(value)) out.push(...value.#tensors(full, below));
      } else if (value instanceof Parameter) out.push([full, value, true]);
      else if (value instanceof Tensor && buffer) out.push([full, value, buffer.persistent]);
    }
    return out;
  }

  /**
   * Parameters and persistent buffers by name, without history. A snapshot: training on does not change it.
   * Names join properties by dots: 'fc1.weight', 'layers.0.bias'.
   */
  stateDict(): StateDict {
    const out: StateDict = new Map();
    // Copies, kept: the parameters' own elements go when training replaces them.
    for (const [name, value, persistent] of this.#tensors())
      if (persistent) out.set(name, keep(value.detach().clone()));
    return out;
  }

  /**
   * Takes over the values of a state, by name. Nothing is changed when anything does not fit.
   *
   * @param state What `stateDict()` gave, or tensors by name.
   * @param options `strict: false` allows names that are missing here or there; shapes must fit all the same.
   * @throws ValueError that lists missing and unexpected names; ShapeError that lists shapes that differ.
   */
  loadStateDict(
    state: ReadonlyMap<string, Tensor> | Readonly<Record<string, Tensor>>,
    options: { readonly strict?: boolean } = {},
  ): LoadReport {
    const given: ReadonlyMap<string, Tensor> = state instanceof Map ? state : new Map(Object.entries(state));
    const own = new Map(
      this.#tensors()
        .filter(([, , persistent]) => persistent)
        .map(([name, tensor]) => [name, tensor] as const),
    );
    const missingKeys = [...own.keys()].filter((name) => !given.has(name));
    const unexpectedKeys = [...given.keys()].filter((name) => !own.has(name));
    if ((options.strict ?? true) && missingKeys.length + unexpectedKeys.length > 0) {
      const parts: string[] = [];
      if (missingKeys.length > 0) parts.push(`missing: ${missingKeys.join(', ')}`);
      if (unexpectedKeys.length > 0) parts.push(`unexpected: ${unexpectedKeys.join(', ')}`);
      throw new ValueError(`the names in the state are not those of ${this.constructor.name}`, {
        expected: [...own.keys()].join(', ') || 'none',
        got: parts.join('; '),
        fix: 'load it into a module like the one it was taken from, or pass { strict: false }',
      });
    }
    const updates: { target: Tensor; value: Tensor }[] = [];
    const wrong: string[] = [];
    for (const [name, target] of own) {
      const value = given.get(name);
      if (value === undefined) continue;
      const fits = value.ndim === target.ndim && value.shape.every((n, i) => n === target.shape[i]);
      if (fits) updates.push({ target, value: value.detach().to(target.dtype) });
      else wrong.push(`${name}: [${target.shape.join(', ')}] here, [${value.shape.join(', ')}] in the state`);
    }
    if (wrong.length > 0) {
      throw new ShapeError(`the shapes in the state are not those of ${this.constructor.name}`, {
        got: wrong.join('; '),
        fix: 'make the module with the sizes it had when the state was taken',
      });
    }
    applyUpdates(updates);
    return { missingKeys, unexpectedKeys };
  }

  /** Sets `training` here and in every module below. */
  train(mode = true): this {
    for (const module of this.modules()) module.training = mode;
    return this;
  }

  /** The same as `train(false)`. */
  eval(): this {
    return this.train(false);
  }

  /** Calls `fn` with every module below, children before parents, and with this one last. */
  apply(fn: (module: Module) => void): this {
    for (const child of this.children()) child.apply(fn);
    fn(this.#plain());
    return this;
  }

  /** Drops the gradients of all parameters; with `setToNone: false` they become zeros. */
  zeroGrad(options: { readonly setToNone?: boolean } = {}): void {
    for (const parameter of this.parameters()) {
      if (parameter.grad !== null)
        parameter.grad = (options.setToNone ?? true) ? null : zerosLike(parameter.grad);
    }
  }

  /** Whether gradients of the parameters are wanted; sets all of them. */
  requiresGrad_(flag = true): this {
    for (const parameter of this.parameters()) parameter.requiresGrad_(flag);
    return this;
  }

  /** What `toString` writes between the brackets. */
  protected extraRepr(): string {
    return '';
  }

  /** The tree of modules, as PyTorch prints it. */
  toString(): string {
    const children = this.namedChildren();
    const name = this.constructor.name;
    if (children.length === 0) return `${name}(${this.extraRepr()})`;
    const extra = this.extraRepr();
    const lines = children.map(([key, child]) => `(${key}): ${child.toString().replaceAll('\n', '\n  ')}`);
    return `${name}(\n${[...(extra === '' ? [] : [extra]), ...lines].map((line) => `  ${line}\n`).join('')})`;
  }
}
