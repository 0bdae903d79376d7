// Turns Values and the roots of a run into a Plan: groups them, then writes down each step's formulas. Pure.
import type { Value } from '../core/value.ts';
import { type View, isIdentity } from '../core/view.ts';
import { InternalError } from '../core/errors.ts';
import {
  type Draft,
  type GroupOptions,
  Grouping,
  type Move,
  composed,
  permuteMove,
  viewMove,
} from './group.ts';
import type { Core, Node, Operand, Plan, Program, Step } from './plan.ts';

/** The place of the Value that holds the elements of a root: a composite's are its body's. */
function holder(
  order: readonly Value[],
  place: ReadonlyMap<Value, number>,
  external: readonly boolean[],
  i: number,
): number {
  for (let at = i; ;) {
    const { body } = order[at];
    if (external[at] || body === null) return at;
    at = place.get(body) ?? at;
  }
}

/** The formula of a step's epilogue, or of the load of one core input. */
class Formula {
  readonly nodes: Node[] = [];
  readonly #seen = new Map<string, number>();
  readonly #order: readonly Value[];
  readonly #groups: Grouping;
  readonly #step: Draft;
  readonly #program: number;

  constructor(order: readonly Value[], groups: Grouping, step: Draft, program: number) {
    this.#order = order;
    this.#groups = groups;
    this.#step = step;
    this.#program = program;
  }

  /** The node of Value i read through the moves. `own`: written by this very step, so computed rather than loaded. */
  node(i: number, moves: readonly Move[], own = false): number {
    const v = this.#order[i];
    const groups = this.#groups;
    const stored = groups.external[i] || (groups.writer[i] !== null && !own && !this.#writtenHere(i));
    if (!stored && v.body !== null) return this.node(groups.at(v.body), moves);
    if (!stored && v.op.kind === 'view') return this.node(groups.at(v.inputs[0]), [viewMove(v), ...moves]);
    const view = composed(v.shape, moves);
    if (view === null) throw new InternalError(`no view of ${v.op.name} [${v.shape.join()}]`);
    const path = isIdentity(view, v.size) ? '' : `${view.shape.join()};${view.strides.join()};${view.offset}`;
    const key = `${i}:${path}`;
    const known = this.#seen.get(key);
    if (known !== undefined) return known;
    const node = stored
      ? ({ kind: 'buffer', value: i, view, dtype: v.dtype } as const)
      : this.#computed(v, i, view, moves);
    this.nodes.push(node);
    this.#seen.set(key, this.nodes.length - 1);
    return this.nodes.length - 1;
  }

  /** A further output of this step, met inside its own epilogue. */
  #writtenHere(i: number): boolean {
    return this.#program === -1 && this.#groups.writer[i] === this.#step;
  }

  #computed(v: Value, i: number, view: View, moves: readonly Move[]): Node {
    const { dtype, op } = v;
    if (op.kind === 'constant') return { kind: 'constant', value: i, dtype };
    if (op.kind === 'index') return { kind: 'index', value: i, op, view, dtype };
    if (op.kind === 'core' && this.#step.core === i && this.#program === -1) return { kind: 'core', dtype };
    if (op.kind !== 'elementwise') {
      throw new InternalError(`${op.name} is read before any step computes it`);
    }
    const inner = isIdentity(view, v.size) ? [] : moves;
    const args = v.inputs.map((input) => this.node(this.#groups.at(input), inner));
    return { kind: 'apply', op, args, dtype };
  }
}

function coreOf(order: readonly Value[], groups: Grouping, draft: Draft): Core | null {
  if (draft.core === null) return null;
  const v = order[draft.core];
  if (v.op.kind !== 'core') throw new InternalError(`${v.op.name} is no core operation`);
  const { op } = v;
  const operands = v.inputs.map((input, k): Operand => {
    const access = op.access(k, v.attrs, v.inputs);
    const i = groups.at(input);
    const { dtype } = input;
    if (access.kind === 'strided') return { kind: 'strided', ...stridedOperand(order, groups, i), dtype };
    const dims = access.dims;
    const formula = new Formula(order, groups, draft, k);
    const result = formula.node(i, dims === undefined ? [] : [permuteMove(dims)]);
    const program: Program = { nodes: formula.nodes, results: [result] };
    return { kind: 'indexed', program, shape: input.shape, dtype };
  });
  return { op, attrs: v.attrs, shape: v.shape, dtype: v.dtype, operands };
}

function stridedOperand(
  order: readonly Value[],
  groups: Grouping,
  from: number,
): { value: number; view: View } {
  const moves: Move[] = [];
  for (let i = from; ;) {
    const v = order[i];
    if (groups.external[i] || groups.writer[i] !== null) {
      const view = composed(v.shape, moves);
      if (view === null) throw new InternalError('a strided operand has no view');
      return { value: i, view };
    }
    if (v.body === null && v.op.kind === 'view') moves.unshift(viewMove(v));
    i = groups.at(v.body ?? v.inputs[0]);
  }
}

function labelOf(core: Core | null, programs: readonly Program[], shape: readonly number[]): string {
  const names: string[] = [];
  for (const program of programs) {
    for (const node of program.nodes) {
      if (node.kind === 'apply' || node.kind === 'index') names.push(node.op.name);
      if (node.kind === 'core' && core !== null) names.push(core.op.name.toUpperCase());
    }
  }
  const shown = names.length <= 6 ? names : [...names.slice(0, 5), `${names.length - 5} more`];
  return `${shown.length === 0 ? 'copy' : shown.join('+')} [${shape.join(', ')}]`;
}

/** What each step is the last to read, roots and externals aside: their buffers are free after it. */
function lastReads(
  steps: readonly { reads: Set<number>; writes: readonly number[] }[],
  kept: ReadonlySet<number>,
): number[][] {
  const last = new Map<number, number>();
  steps.forEach(({ reads, writes }, s) => {
    for (const value of [...writes, ...reads]) if (!kept.has(value)) last.set(value, s);
  });
  const frees: number[][] = steps.map(() => []);
  for (const [value, s] of last) frees[s].push(value);
  return frees;
}

function bufferReads(core: Core | null, epilogue: Program): Set<number> {
  const reads = new Set<number>();
  const scan = (program: Program): void => {
    for (const node of program.nodes) if (node.kind === 'buffer') reads.add(node.value);
  };
  scan(epilogue);
  for (const operand of core?.operands ?? []) {
    if (operand.kind === 'strided') reads.add(operand.value);
    else scan(operand.program);
  }
  return reads;
}

/**
 * The plan that leaves the elements of the roots in buffers. `order` holds every Value it needs, inputs first;
 * `external[i]` tells whether order[i] is there already.
 */
export function buildPlan(
  order: readonly Value[],
  place: ReadonlyMap<Value, number>,
  roots: readonly number[],
  external: readonly boolean[],
  options: GroupOptions,
): Plan {
  const holders = roots.map((i) => holder(order, place, external, i));
  const groups = new Grouping(order, place, new Set(holders), external, options);
  const drafts = groups.drafts.map((draft) => {
    const formula = new Formula(order, groups, draft, -1);
    const results = draft.outputs.map((i) => formula.node(i, [], true));
    const core = coreOf(order, groups, draft);
    const epilogue: Program = { nodes: formula.nodes, results };
    return { draft, core, epilogue, reads: bufferReads(core, epilogue), writes: draft.outputs };
  });
  const kept = new Set([...holders, ...order.flatMap((_, i) => (external[i] ? [i] : []))]);
  const frees = lastReads(drafts, kept);
  const steps = drafts.map(({ draft, core, epilogue }, s): Step => {
    const indexed = (core?.operands ?? []).flatMap((operand) =>
      operand.kind === 'indexed' ? [operand.program] : [],
    );
    return {
      size: order[draft.root].size,
      core,
      epilogue,
      outputs: draft.outputs.map((i) => ({ value: i, dtype: order[i].dtype, size: order[i].size })),
      frees: frees[s],
      label: labelOf(core, [...indexed, epilogue], order[draft.root].shape),
    };
  });
  return { steps, externals: order.flatMap((_, i) => (external[i] ? [i] : [])), roots: holders };
}
