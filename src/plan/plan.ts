// What a run will do: steps in order, each one kernel, over Values named by their place in the order. Pure data.
import type { DType } from '../core/dtype.ts';
import type { CoreOp, ElementwiseOp, IndexOp } from '../core/op.ts';
import type { Shape } from '../core/shape.ts';
import type { View } from '../core/view.ts';

/** One node of the formula that a kernel evaluates for an element. Nodes refer to earlier nodes by place. */
export type Node =
  /** Element `view(i)` of a buffer. */
  | { readonly kind: 'buffer'; readonly value: number; readonly view: View; readonly dtype: DType }
  /** A number from the uniforms. */
  | { readonly kind: 'constant'; readonly value: number; readonly dtype: DType }
  /** A function of the index `view(i)`. */
  | {
      readonly kind: 'index';
      readonly value: number;
      readonly op: IndexOp;
      readonly view: View;
      readonly dtype: DType;
    }
  | {
      readonly kind: 'apply';
      readonly op: ElementwiseOp;
      readonly args: readonly number[];
      readonly dtype: DType;
    }
  /** The result of the step's core operation at this element. */
  | { readonly kind: 'core'; readonly dtype: DType };

/** A formula over a flat index. */
export interface Program {
  readonly nodes: readonly Node[];
  /** The nodes that are its results. */
  readonly results: readonly number[];
}

/** One input of a core operation, as the step supplies it. */
export type Operand =
  | { readonly kind: 'strided'; readonly value: number; readonly view: View; readonly dtype: DType }
  | { readonly kind: 'indexed'; readonly program: Program; readonly shape: Shape; readonly dtype: DType };

export interface Core {
  readonly op: CoreOp;
  readonly attrs: object;
  readonly shape: Shape;
  readonly dtype: DType;
  readonly operands: readonly Operand[];
}

/** One kernel: prologue (in the operands) · core? · epilogue. */
export interface Step {
  /** Elements of the index space of the epilogue, and of every output. */
  readonly size: number;
  readonly core: Core | null;
  readonly epilogue: Program;
  /** The Values that the results of the epilogue are. */
  readonly outputs: readonly { readonly value: number; readonly dtype: DType; readonly size: number }[];
  /** Values whose last reader this step is. */
  readonly frees: readonly number[];
  /** What it computes, for labels and people: 'matmul+add+sigmoid [32, 4]'. */
  readonly label: string;
}

export interface Plan {
  readonly steps: readonly Step[];
  /** Places of the Values that were there before: host data and kept results. */
  readonly externals: readonly number[];
  /** For each root of the run, the place of the Value that holds its elements. */
  readonly roots: readonly number[];
}

/** The plan in words, a line a step. */
export function describe(plan: Plan): string {
  const bytes = plan.steps.flatMap((step) => step.outputs).reduce((total, out) => total + out.size * 4, 0);
  const count = `${plan.steps.length} ${plan.steps.length === 1 ? 'step' : 'steps'}, ${bytes} bytes written`;
  return [count, ...plan.steps.map((step, i) => `${String(i + 1).padStart(3)}  ${step.label}`)].join('\n');
}
