// The tests that replay ONNX's own node tests on a backend. Knows the public API, and no backend's code.
import { describe, expect, test } from 'vitest';
import * as w from '../../src/index.ts';
import { compare } from '../support/compare.ts';
import type { Node } from './node.ts';
import { operators } from './operators.ts';

interface Data {
  readonly shape: number[];
  readonly dtype: w.DType;
  readonly data: readonly (number | boolean | string)[];
}

interface Case {
  readonly name: string;
  readonly op: string;
  readonly attributes: Node['attributes'];
  readonly inputs: readonly (Data | null)[];
  readonly outputs: readonly Data[];
}

/** ONNX's own tolerance is 1e-3; this is the widest class of ours. */
const TOLERANCE = { rtol: 5e-6, atol: 2e-6 };

const ARRAYS = { f32: Float32Array, i32: Int32Array, u32: Uint32Array, bool: Uint8Array } as const;

function tensorOf({ shape, dtype, data }: Data): w.Tensor {
  const array = ARRAYS[dtype].from(data.map(Number));
  const t = w.tensor(array).reshape(shape);
  return dtype === 'bool' ? t.to('bool') : t;
}

async function differences({ op, inputs, outputs, attributes }: Case): Promise<string[]> {
  const call = operators[op];
  if (call === undefined) throw new Error(`${op} has no call; add it to test/onnx/operators.ts`);
  const tensors = inputs.map((input) => input && tensorOf(input));
  const numbers = (i: number): readonly number[] | null => inputs[i]?.data.map(Number) ?? null;
  const result = call(w, { inputs: tensors, numbers, attributes, outputs: outputs.length });
  const results = Array.isArray(result) ? (result as readonly w.Tensor[]) : [result as w.Tensor];
  const answers = await Promise.all(outputs.map((_, k) => results[k].data()));
  return outputs.flatMap((expected, k) => {
    if (results[k].dtype !== expected.dtype)
      return [`output ${k}: ${results[k].dtype}, expected ${expected.dtype}`];
    const wanted = { shape: expected.shape, data: expected.data.map(Number) };
    const { message } = compare({ shape: results[k].shape, data: answers[k] }, wanted, TOLERANCE);
    return message === null ? [] : [`output ${k}: ${message}`];
  });
}

/** Defines a test for each of ONNX's operators. */
export function onnxSuite(text: string, title: string): void {
  const cases = JSON.parse(text) as readonly Case[];
  const byOp = new Map<string, Case[]>();
  for (const one of cases) byOp.set(one.op, [...(byOp.get(one.op) ?? []), one]);
  describe(`ONNX's node tests, ${title}`, () => {
    test.each([...byOp])('%s', async (_, list) => {
      const failures: string[] = [];
      for (const one of list) {
        const lines = await differences(one).catch((error: unknown) => [String(error)]);
        failures.push(...lines.map((line) => `${one.name}: ${line}`));
      }
      expect(failures).toEqual([]);
    });
    test('how many there are', () => {
      expect(cases.length).toBeGreaterThan(450);
      expect(byOp.size).toBeGreaterThan(90);
    });
  });
}
