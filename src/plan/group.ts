// Groups Values into steps, each one kernel: prologue · core? · epilogue. Knows kinds of operation, never names.
import type { ViewOp } from '../core/op.ts';
import type { Value } from '../core/value.ts';
import { type View, contiguousView, isIdentity, permuteView } from '../core/view.ts';
import { sizeOf } from '../core/shape.ts';

/** A movement between a value and the index space in which it is read. */
export interface Move {
  readonly apply: (view: View) => View | null;
  /** A reshape may fail on a strided view; the others never do. */
  readonly total: boolean;
}

/** What a step will be made of. */
export interface Draft {
  /** Place of the Value that gave the step its index space. */
  readonly root: number;
  core: number | null;
  readonly outputs: number[];
  /** Places of what its kernel may read from buffers; what turns out to need none leaves when it is visited. */
  readonly reads: Set<number>;
  nodes: number;
}

/** Where a Value is read: in the epilogue (program −1) or in the load of a core's input. */
interface Use {
  readonly step: Draft;
  readonly program: number;
  readonly strided: boolean;
  readonly moves: readonly Move[];
}

export interface GroupOptions {
  /** false: every operation is a step of its own. */
  readonly fuse: boolean;
  /** Storage buffers that one kernel may bind. */
  readonly buffersMax: number;
}

/** Most formula nodes in one kernel: keeps shader text, and its compilation, small. */
const NODES_MAX = 64;
/** Most movements between a value and its reader: a longer chain is copied on the way. */
const MOVES_MAX = 32;
/** Most nodes of a formula without buffers that is computed again wherever it is used. */
const CHEAP_MAX = 8;

export const viewMove = (v: Value): Move => {
  const op = v.op as ViewOp;
  return { apply: (view) => op.view(view, v.attrs), total: op.total };
};

/** The view of a row-major value after the moves; null where it would need a copy on the way. */
export function composed(shape: readonly number[], moves: readonly Move[]): View | null {
  let view: View | null = contiguousView(shape);
  for (const move of moves) view = view && move.apply(view);
  return view;
}

/**
 * One use for each way of reading. A formula may name a Value many times, and the ways to it double at every sum of two:
 * without this, x + x sixty times over would take 2^60 uses.
 */
function distinct(v: Value, uses: readonly Use[]): readonly Use[] {
  if (uses.length < 2) return uses;
  const ways = new Map<Draft, Set<string>>();
  return uses.filter(({ step, program, strided, moves }) => {
    const view = composed(v.shape, moves);
    if (view === null) return true;
    const total = moves.every((move) => move.total);
    const way = `${program} ${strided} ${total} ${view.shape.join()} ${view.strides.join()} ${view.offset}`;
    const known = ways.get(step);
    if (known?.has(way) === true) return false;
    if (known) known.add(way);
    else ways.set(step, new Set([way]));
    return true;
  });
}

export class Grouping {
  readonly drafts: Draft[] = [];
  /** The step that writes a Value to a buffer. */
  readonly writer: (Draft | null)[];
  /** Whether a Value is there before the run. */
  readonly external: readonly boolean[];
  readonly #order: readonly Value[];
  readonly #place: ReadonlyMap<Value, number>;
  readonly #options: GroupOptions;
  readonly #roots: ReadonlySet<number>;
  readonly #uses: Use[][];
  readonly #cheap: number[] = [];

  /** `roots`: places of Values whose elements must end in a buffer; composites are named by their bodies. */
  constructor(
    order: readonly Value[],
    place: ReadonlyMap<Value, number>,
    roots: ReadonlySet<number>,
    external: readonly boolean[],
    options: GroupOptions,
  ) {
    this.#order = order;
    this.#place = place;
    this.#roots = roots;
    this.#options = options;
    this.external = external;
    this.writer = order.map(() => null);
    this.#uses = order.map(() => []);
    order.forEach((v, i) => this.#cheap.push(this.#costWithoutBuffers(v, i)));
    for (let i = order.length - 1; i >= 0; i--) this.#visit(i);
    this.drafts.sort((a, b) => a.root - b.root);
  }

  at(v: Value): number {
    return this.#place.get(v) ?? -1;
  }

  /** Nodes of the formula if it reads no buffer and is worth computing anew, else Infinity. */
  #costWithoutBuffers(v: Value, i: number): number {
    if (this.external[i]) return Infinity;
    if (v.body !== null) return this.#cheap[this.at(v.body)];
    if (v.op.kind === 'constant') return 1;
    if (v.op.kind === 'index') return v.op.wordCount === 0 ? 1 : Infinity;
    if (v.op.kind === 'view') return this.#cheap[this.at(v.inputs[0])];
    if (v.op.kind !== 'elementwise') return Infinity;
    return v.inputs.reduce((cost, input) => cost + this.#cheap[this.at(input)], 1);
  }

  isCheap(i: number): boolean {
    return this.#options.fuse && this.#cheap[i] <= CHEAP_MAX;
  }

  #visit(i: number): void {
    const v = this.#order[i];
    const uses = distinct(v, this.#uses[i]);
    const wanted = this.#roots.has(i);
    if (this.external[i] || (uses.length === 0 && !wanted)) return;
    if (v.body !== null) {
      this.#readThrough(i, [v.body], uses);
      this.#forward(v.body, uses);
    } else if (v.op.kind === 'view') {
      this.#placeView(v, i, uses, wanted);
    } else if (v.op.kind === 'constant' || v.op.kind === 'index') {
      if (wanted || uses.some((use) => use.strided)) this.#draft(i, null);
      else this.#readThrough(i, [], uses);
    } else if (v.op.kind === 'elementwise') {
      this.#placeElementwise(v, i, uses, wanted);
    } else if (v.op.kind === 'core') {
      this.#placeCore(v, i, uses, wanted);
    }
  }

  #forward(v: Value, uses: readonly Use[]): void {
    const all = this.#uses[this.at(v)];
    for (const use of uses) all.push(use);
  }

  /** The steps that read Value i read its inputs in its place. */
  #readThrough(i: number, inputs: readonly Value[], uses: readonly Use[]): void {
    for (const { step } of uses) {
      step.reads.delete(i);
      for (const input of inputs) step.reads.add(this.at(input));
    }
  }

  #draft(i: number, core: number | null): Draft {
    const reads = new Set(this.#order[i].inputs.map((input) => this.at(input)));
    const draft: Draft = { root: i, core, outputs: [i], reads, nodes: 1 };
    this.drafts.push(draft);
    this.writer[i] = draft;
    return draft;
  }

  #placeView(v: Value, i: number, uses: readonly Use[], wanted: boolean): void {
    const [input] = v.inputs;
    const move = viewMove(v);
    const blocked = uses.some(
      (use) => use.moves.length >= MOVES_MAX || composed(input.shape, [move, ...use.moves]) === null,
    );
    if (wanted || blocked) {
      const draft = this.#draft(i, null);
      this.#forward(input, [{ step: draft, program: -1, strided: false, moves: [move] }]);
    } else {
      this.#readThrough(i, v.inputs, uses);
      this.#forward(
        input,
        uses.map((use) => ({ ...use, moves: [move, ...use.moves] })),
      );
    }
  }

  #placeElementwise(v: Value, i: number, uses: readonly Use[], wanted: boolean): void {
    const inlined = (use: Use): boolean =>
      !use.strided && this.#inlines(v, i, use) && this.#fits(v, i, use.step, false);
    if (!wanted && this.isCheap(i) && uses.every(inlined)) {
      this.#readThrough(i, v.inputs, uses);
      for (const input of v.inputs)
        this.#forward(
          input,
          uses.map((use) => this.#inside(v, use)),
        );
      return;
    }
    const host = this.#options.fuse ? this.#host(v, i, uses, wanted) : null;
    if (host === null) {
      const draft = this.#draft(i, null);
      const use: Use = { step: draft, program: -1, strided: false, moves: [] };
      for (const input of v.inputs) this.#forward(input, [use]);
      return;
    }
    this.#join(v, i, host, wanted);
    for (const input of v.inputs)
      this.#forward(
        input,
        uses.map((use) => this.#inside(v, use)),
      );
  }

  /** The use of an inlined Value's inputs: where its own index is the space's, the moves so far do not matter. */
  #inside(v: Value, use: Use): Use {
    return isIdentity(composed(v.shape, use.moves), v.size) ? { ...use, moves: [] } : use;
  }

  #inlines(v: Value, i: number, use: Use): boolean {
    const view = composed(v.shape, use.moves);
    if (isIdentity(view, v.size)) return true;
    // A reshape on the way may fail on a broadcast input, but not where there is one element.
    if (view === null || !(v.size === 1 || use.moves.every((move) => move.total))) return false;
    // Computing an element again for each of its readers pays only where that is next to nothing.
    return sizeOf(view.shape) <= v.size || this.isCheap(i);
  }

  /** The one step that all uses are in, if the Value can become part of it. */
  #host(v: Value, i: number, uses: readonly Use[], wanted: boolean): Draft | null {
    const [first] = uses;
    if (uses.length === 0) return null;
    const { step, program } = first;
    const together = uses.every((use) => use.step === step && use.program === program && !use.strided);
    if (!together || !uses.every((use) => this.#inlines(v, i, use))) return null;
    if (wanted && !this.#canBeOutput(v, uses)) return null;
    return this.#fits(v, i, step, wanted) ? step : null;
  }

  #canBeOutput(v: Value, uses: readonly Use[]): boolean {
    const { step, program } = uses[0];
    return (
      program === -1 &&
      this.#order[step.root].size === v.size &&
      uses.some((use) => isIdentity(composed(v.shape, use.moves), v.size))
    );
  }

  #fits(v: Value, i: number, step: Draft, wanted: boolean): boolean {
    if (step.nodes >= NODES_MAX) return false;
    const reads = new Set(step.reads);
    reads.delete(i);
    for (const input of v.inputs) reads.add(this.at(input));
    const scratch = step.core !== null || v.op.kind === 'core' ? 1 : 0;
    return reads.size + step.outputs.length + (wanted ? 1 : 0) + scratch <= this.#options.buffersMax;
  }

  #join(v: Value, i: number, step: Draft, wanted: boolean): void {
    step.reads.delete(i);
    for (const input of v.inputs) step.reads.add(this.at(input));
    step.nodes += 1;
    if (wanted) {
      step.outputs.push(i);
      this.writer[i] = step;
    }
  }

  #placeCore(v: Value, i: number, uses: readonly Use[], wanted: boolean): void {
    const host = this.#options.fuse ? this.#epilogueHost(v, i, uses, wanted) : null;
    if (host !== null) {
      this.#join(v, i, host, wanted);
      host.core = i;
    }
    const step = host ?? this.#draft(i, i);
    const op = v.op.kind === 'core' ? v.op : null;
    v.inputs.forEach((input, k) => {
      const access = op?.access(k, v.attrs, v.inputs);
      const dims = access?.kind === 'indexed' ? access.dims : undefined;
      const moves = dims === undefined ? [] : [permuteMove(dims)];
      this.#forward(input, [{ step, program: k, strided: access?.kind === 'strided', moves }]);
    });
  }

  /** The step whose epilogue can take over the core's elements as they are computed. */
  #epilogueHost(v: Value, i: number, uses: readonly Use[], wanted: boolean): Draft | null {
    const [first] = uses;
    if (uses.length === 0) return null;
    const { step } = first;
    const joins =
      step.core === null &&
      this.#order[step.root].size === v.size &&
      uses.every(
        (use) =>
          use.step === step &&
          use.program === -1 &&
          !use.strided &&
          isIdentity(composed(v.shape, use.moves), v.size),
      );
    return joins && this.#fits(v, i, step, wanted) ? step : null;
  }
}

export const permuteMove = (dims: readonly number[]): Move => ({
  apply: (view) => permuteView(view, dims),
  total: true,
});
