// The plans of random programs keep what a run relies on: nothing is read before it is there, or after it may be
// overwritten, and nothing that is still wanted shares a buffer.
import { beforeAll, describe, expect, test } from 'vitest';
import type { Value } from '../../src/core/value.ts';
import { init } from '../../src/index.ts';
import { buildPlan } from '../../src/plan/build.ts';
import type { Plan, Program, Step } from '../../src/plan/plan.ts';
import { describeProgram, randomProgram, record } from '../support/random-graph.ts';

const PROGRAMS = 400;

beforeAll(async () => {
  await init({ device: 'cpu', mode: 'lazy' });
});

interface Order {
  readonly order: Value[];
  readonly place: Map<Value, number>;
  readonly external: boolean[];
}

/** All that the roots need, inputs first; host data is there before the run. */
function orderOf(roots: readonly Value[]): Order {
  const seen = new Set<Value>();
  const stack = [...roots];
  for (let v = stack.pop(); v !== undefined; v = stack.pop()) {
    if (seen.has(v)) continue;
    seen.add(v);
    stack.push(...(v.body === null ? v.inputs : [v.body]));
  }
  const order = [...seen].sort((a, b) => a.id - b.id);
  return {
    order,
    place: new Map(order.map((v, i) => [v, i])),
    external: order.map((v) => v.op.kind === 'data'),
  };
}

const buffersIn = (program: Program): number[] =>
  program.nodes.flatMap((node) => (node.kind === 'buffer' ? [node.value] : []));

/** The Values that a step reads from buffers. */
function readsOf({ core, epilogue }: Step): Set<number> {
  const operands = core?.operands ?? [];
  return new Set([
    ...buffersIn(epilogue),
    ...operands.flatMap((operand) =>
      operand.kind === 'strided' ? [operand.value] : buffersIn(operand.program),
    ),
  ]);
}

/** Goes through the steps as a run does, with a pool that hands free buffers out again, and lists what is wrong. */
function complaintsOf(plan: Plan, { order }: Order, buffersMax: number): string[] {
  const wrong: string[] = [];
  const buffers = new Map<number, number>();
  const free: number[] = [];
  let made = 0;
  for (const value of plan.externals) buffers.set(value, made++);
  const written = new Set<number>(plan.externals);
  plan.steps.forEach((step, s) => {
    const reads = readsOf(step);
    const outputs = step.outputs.map(({ value }) => value);
    for (const value of reads) {
      if (!buffers.has(value)) wrong.push(`step ${s} reads value ${value}, which is not in a buffer`);
      if (outputs.includes(value)) wrong.push(`step ${s} reads value ${value} that it writes`);
    }
    for (const value of outputs) {
      if (written.has(value)) wrong.push(`step ${s} writes value ${value} again`);
      written.add(value);
      buffers.set(value, free.pop() ?? made++);
      if (order[value].size !== step.size) wrong.push(`step ${s} writes another size than its own`);
    }
    if (reads.size + outputs.length > buffersMax) {
      wrong.push(`step ${s} binds ${reads.size + outputs.length} buffers, of ${buffersMax}`);
    }
    const held = [...buffers.values()];
    if (new Set(held).size !== held.length) wrong.push(`after step ${s} two values share a buffer`);
    for (const value of step.frees) {
      const buffer = buffers.get(value);
      if (buffer === undefined) wrong.push(`step ${s} frees value ${value} again`);
      else free.push(buffer);
      buffers.delete(value);
      if (plan.externals.includes(value) || plan.roots.includes(value)) {
        wrong.push(`step ${s} frees value ${value}, which stays`);
      }
    }
  });
  for (const root of plan.roots)
    if (!buffers.has(root)) wrong.push(`root ${root} is in no buffer at the end`);
  const left = [...buffers.keys()].filter(
    (value) => !plan.roots.includes(value) && !plan.externals.includes(value),
  );
  if (left.length > 0) wrong.push(`values ${left.join()} are never freed`);
  return wrong;
}

describe.each([
  { fuse: true, buffersMax: 10 },
  { fuse: true, buffersMax: 8 },
  { fuse: true, buffersMax: 5 },
  { fuse: false, buffersMax: 8 },
])('plans with $buffersMax buffers, fused: $fuse', (options) => {
  test(`${PROGRAMS} random programs`, () => {
    const wrong: string[] = [];
    for (let seed = 1; seed <= PROGRAMS; seed++) {
      const program = randomProgram(seed);
      const roots = [...new Set(record(program).map(({ value }) => value.value))].filter((v) => v.size > 0);
      const all = orderOf(roots);
      const places = roots.map((v) => all.place.get(v) ?? -1);
      const plan = buildPlan(all.order, all.place, places, all.external, options);
      const found = complaintsOf(plan, all, options.buffersMax);
      if (found.length > 0) wrong.push(`${describeProgram(program)}\n  ${found.join('\n  ')}`);
    }
    expect(wrong.slice(0, 3)).toEqual([]);
  });
});
