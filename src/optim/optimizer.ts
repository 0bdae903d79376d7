// The base of all optimisers: groups of parameters with options, their state, and the one place where new values are
// bound. Knows no update rule.
import { ShapeError, ValueError } from '../core/errors.ts';
import { applyUpdates, enableGrad, keep, noGrad, Tensor, zerosLike } from '../tensor.ts';

/** Options and parameters that belong together. Options may be changed between steps: `groups[0].lr = 0.01`. */
export type ParamGroup<Options> = { params: Tensor[] } & Options;

/** Parameters, or groups of them with options of their own. */
export type Params<Options> =
  Iterable<Tensor> | Iterable<{ readonly params: Iterable<Tensor> } & Partial<Options>>;

/** What an optimiser remembers of one parameter: tensors and counts by name. */
export type ParamState = Record<string, Tensor | number>;

/** State and options of an optimiser; parameters are numbered through all groups in order. */
export interface OptimizerState<Options> {
  readonly state: ReadonlyMap<number, Readonly<ParamState>>;
  readonly paramGroups: readonly ({ readonly params: readonly number[] } & Readonly<Options>)[];
}

/** New values: of a parameter, and of what the optimiser remembers of it. */
export interface Update {
  readonly value: Tensor;
  readonly state?: Readonly<ParamState>;
}

/**
 * Checks one number among an optimiser's options.
 *
 * @throws ValueError that names it.
 */
export function checkNumber(name: string, value: number, below = Infinity): void {
  if (value >= 0 && value < below) return;
  throw new ValueError(`${name} is not valid`, {
    expected: below === Infinity ? 'a finite number, 0 or more' : `0 or more, below ${String(below)}`,
    got: String(value),
  });
}

function checkParameter(parameter: unknown, where: string): asserts parameter is Tensor {
  if (!(parameter instanceof Tensor)) {
    throw new ValueError('an optimiser takes tensors', {
      where,
      got: typeof parameter,
      fix: 'pass model.parameters()',
    });
  }
  if (!parameter.isLeaf) {
    throw new ValueError('this tensor cannot be optimised: it was computed from others', {
      where,
      expected: 'a leaf: a parameter, or a tensor made with { requiresGrad: true }',
      got: `shape [${parameter.shape.join(', ')}] of ${parameter.gradFn?.name ?? 'an operation'}`,
      fix: 'optimise what it was computed from, or call detach().requiresGrad_()',
    });
  }
  if (!parameter.requiresGrad) {
    throw new ValueError('this tensor cannot be optimised: it requires no gradient', {
      where,
      got: `shape [${parameter.shape.join(', ')}] with requiresGrad false`,
      fix: 'make it with { requiresGrad: true }, or leave it out',
    });
  }
}

/** A sub-class gives the rule; the base walks over parameters that have a gradient. */
export abstract class Optimizer<Options extends object> {
  readonly paramGroups: ParamGroup<Options>[] = [];
  readonly defaults: Readonly<Options>;
  /** What is remembered of each parameter. */
  readonly state = new Map<Tensor, ParamState>();

  constructor(params: Params<Options>, defaults: Options) {
    this.defaults = defaults;
    const items = [...(params as Iterable<Tensor | ({ params: Iterable<Tensor> } & Partial<Options>)>)];
    if (items.length === 0) {
      throw new ValueError(`${this.constructor.name} was given no parameters`, {
        expected: 'tensors that require a gradient, or groups { params, ...options }',
        fix: 'pass model.parameters(), and check that the model has some',
      });
    }
    const groups = items.filter((item): item is { params: Iterable<Tensor> } & Partial<Options> =>
      isGroup(item),
    );
    if (groups.length === 0)
      this.addParamGroup({ params: items as Tensor[] } as { params: Tensor[] } & Partial<Options>);
    else if (groups.length === items.length) for (const group of groups) this.addParamGroup(group);
    else
      throw new ValueError('parameters and groups cannot be mixed', {
        fix: 'put every parameter into a group',
      });
  }

  /** Throws unless the options are valid. */
  protected abstract check(options: Options): void;

  /** The new values of one parameter; `state` is what is remembered of it, empty the first time. */
  protected abstract update(
    parameter: Tensor,
    grad: Tensor,
    state: Readonly<ParamState>,
    options: Options,
  ): Update;

  /** Adds parameters with options of their own; what is left out comes from the optimiser's options. */
  addParamGroup(group: { readonly params: Iterable<Tensor> } & Partial<Options>): void {
    const at = `group ${String(this.paramGroups.length)}`;
    const params = group.params instanceof Tensor ? [group.params] : [...group.params];
    const known = new Set(this.paramGroups.flatMap((g) => g.params));
    params.forEach((parameter, i) => {
      const where = `${at}, parameter ${String(i)}`;
      checkParameter(parameter, where);
      if (known.has(parameter)) {
        throw new ValueError('this parameter is given twice', { where, fix: 'give each parameter once' });
      }
      known.add(parameter);
    });
    const whole = { ...this.defaults, ...group, params };
    this.check(whole);
    this.paramGroups.push(whole);
  }

  /**
   * Changes every parameter that has a gradient, by its group's rule and options.
   *
   * @param closure Computes the loss anew and calls backward; its result is returned.
   */
  step(): void;
  step<T>(closure: () => T): T;
  step<T>(closure?: () => T): T | undefined {
    const loss = closure === undefined ? undefined : enableGrad(closure);
    noGrad(() => {
      const updates: { target: Tensor; value: Tensor }[] = [];
      const gradients = new Set<Tensor>();
      for (const group of this.paramGroups) {
        this.check(group);
        for (const parameter of group.params) {
          if (parameter.grad === null) continue;
          gradients.add(parameter.grad);
          const before = this.state.get(parameter) ?? {};
          const { value, state = {} } = this.update(parameter, parameter.grad, before, group);
          updates.push({ target: parameter, value });
          this.#remember(parameter, before, state, updates);
        }
      }
      applyUpdates(updates);
      // The targets have the elements now; the results' own claim to them would last until garbage is collected.
      for (const { value } of updates) if (!gradients.has(value)) value.dispose();
    });
    return loss;
  }

  /** Tensors of the state are handles that stay, so that each step rebinds them together with the parameters. */
  #remember(
    parameter: Tensor,
    before: Readonly<ParamState>,
    after: Readonly<ParamState>,
    updates: { target: Tensor; value: Tensor }[],
  ): void {
    const next: ParamState = {};
    for (const [name, value] of Object.entries(after)) {
      const old = before[name];
      if (!(value instanceof Tensor)) next[name] = value;
      else {
        const target = old instanceof Tensor ? old : value.detach().clone();
        updates.push({ target, value });
        next[name] = target;
      }
    }
    if (Object.keys(next).length > 0) this.state.set(parameter, next);
  }

  /** Drops the gradients; with `setToNone: false` they become zeros. */
  zeroGrad(options: { readonly setToNone?: boolean } = {}): void {
    for (const { params } of this.paramGroups) {
      for (const parameter of params) {
        if (parameter.grad !== null)
          parameter.grad = (options.setToNone ?? true) ? null : zerosLike(parameter.grad);
      }
    }
  }

  /** The name PyTorch gives it. */
  zero_grad(options: { readonly setToNone?: boolean } = {}): void {
    this.zeroGrad(options);
  }

  /** A snapshot of state and options; later steps do not change it. */
  stateDict(): OptimizerState<Options> {
    const state = new Map<number, ParamState>();
    let count = 0;
    const paramGroups = this.paramGroups.map((group) => {
      const params = group.params.map((parameter) => {
        const own = this.state.get(parameter);
        if (own !== undefined) state.set(count, copyState(own));
        return count++;
      });
      return { ...group, params };
    });
    return { state, paramGroups };
  }

  /**
   * Takes over state and options of an optimiser of the same kind with groups of the same sizes.
   *
   * @throws ValueError when groups differ in number or size; ShapeError when a tensor does not fit its parameter.
   */
  loadStateDict(saved: OptimizerState<Options>): void {
    const sizes = (groups: readonly { readonly params: readonly unknown[] }[]): string =>
      groups.map((g) => String(g.params.length)).join(', ');
    if (sizes(saved.paramGroups) !== sizes(this.paramGroups)) {
      throw new ValueError(`the state does not fit this ${this.constructor.name}`, {
        expected: `groups of ${sizes(this.paramGroups)} parameters`,
        got: `groups of ${sizes(saved.paramGroups)}`,
        fix: 'make the optimiser with the same groups as the saved one',
      });
    }
    const loaded = new Map<Tensor, ParamState>();
    saved.paramGroups.forEach((group, g) => {
      this.check(group);
      group.params.forEach((number, i) => {
        const parameter = this.paramGroups[g]?.params[i];
        const own = saved.state.get(number);
        if (parameter === undefined || own === undefined) return;
        checkFits(parameter, own, number);
        loaded.set(parameter, copyState(own));
      });
    });
    this.paramGroups.forEach((group, g) => {
      // Only options this optimiser knows: what a file adds besides has no meaning here.
      const from: Partial<Options> = saved.paramGroups[g] ?? {};
      for (const name of Object.keys(this.defaults) as (keyof Options)[]) {
        if (Object.hasOwn(from, name)) Object.assign(group, { [name]: from[name] });
      }
    });
    this.state.clear();
    for (const [parameter, own] of loaded) this.state.set(parameter, own);
  }

  toString(): string {
    const groups = this.paramGroups.map((group, i) => {
      const options = Object.entries(group).filter(([name]) => name !== 'params');
      return `  group ${String(i)}: ${options.map(([name, value]) => `${name}=${JSON.stringify(value)}`).join(', ')}\n`;
    });
    return `${this.constructor.name} (\n${groups.join('')})`;
  }
}

function isGroup(item: unknown): boolean {
  return typeof item === 'object' && item !== null && !(item instanceof Tensor) && 'params' in item;
}

/** Copies, kept when the next step replaces the elements of the first. */
function copyState(state: Readonly<ParamState>): ParamState {
  return Object.fromEntries(
    Object.entries(state).map(([name, value]) => [
      name,
      value instanceof Tensor ? keep(value.detach().clone()) : value,
    ]),
  );
}

function checkFits(parameter: Tensor, state: Readonly<ParamState>, number: number): void {
  for (const [name, value] of Object.entries(state)) {
    if (!(value instanceof Tensor) || value.shape.join() === parameter.shape.join()) continue;
    throw new ShapeError('the state of an optimiser does not fit its parameter', {
      where: `${name} of parameter ${String(number)}`,
      expected: `[${parameter.shape.join(', ')}]`,
      got: `[${value.shape.join(', ')}]`,
    });
  }
}
