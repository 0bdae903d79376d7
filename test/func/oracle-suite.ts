/** Derivatives of functions against PyTorch's, on any backend. */
import { beforeEach, describe, expect, test } from 'vitest';
import type { Tensor } from '../../src/index.ts';
import { binaryCrossEntropy, func, nn, tensor } from '../../src/index.ts';
import { lecture, logisticOf } from '../oracle/lecture.ts';
import { assertClose } from '../support/compare.ts';
import { type Nested, drawn, flat, functions, oracle, scalars } from './functions.ts';

export interface FuncSuite {
  readonly before: () => Promise<unknown>;
  /** Largest relative error, and beside it the largest absolute one. */
  readonly rtol: number;
}

export function oracleSuite({ before, rtol }: FuncSuite): void {
  beforeEach(async () => {
    await before();
  });

  async function close(what: string, t: Tensor, expected: Nested, within = rtol): Promise<void> {
    expect(t.requiresGrad).toBe(false);
    const numbers = { shape: t.shape, data: flat(expected) };
    assertClose(what, { shape: t.shape, data: await t.data() }, numbers, { rtol: within, atol: within });
  }

  describe.each(oracle.functions)('$name', (one) => {
    const f = functions[one.name];
    const inputs = (): Tensor[] => one.shapes.map((shape, k) => drawn(one.stream + k, shape));
    const all = one.shapes.map((_, k) => k);

    test('the function itself', async () => {
      await close('value', f(...inputs()), one.value);
    });

    test.each(['jacrev', 'jacfwd'] as const)('%s', async (mode) => {
      const jacobians = func[mode](f, { argnums: all })(...inputs());
      for (const [k, expected] of one.jacobians.entries()) {
        expect(jacobians[k].shape).toEqual([...one.outShape, ...one.shapes[k]]);
        await close(`Jacobian by input ${k}`, jacobians[k], expected);
      }
    });

    test('vjp and jvp', async () => {
      const [y, pull] = func.vjp(f, ...inputs());
      await close('value of vjp', y, one.value);
      const pulled = pull(drawn(one.stream + 10, one.outShape));
      for (const [k, expected] of one.vjp.entries()) await close(`vjp ${k}`, pulled[k], expected);
      const tangents = one.shapes.map((shape, k) => drawn(one.stream + 11 + k, shape));
      const [z, pushed] = func.jvp(f, inputs(), tangents);
      await close('value of jvp', z, one.value);
      await close('jvp', pushed, one.jvp);
    });
  });

  describe.each(oracle.scalars)('second derivatives: $name', (one) => {
    const f = scalars[one.name];
    const x = (): Tensor => drawn(one.stream, one.shape);

    test('Hessian, three ways', async () => {
      await close('hessian', func.hessian(f)(x()), one.hessian);
      await close('forward over reverse', func.jacfwd(func.jacrev(f))(x()), one.hessian);
      await close('reverse over forward', func.jacrev(func.jacfwd(f))(x()), one.hessian);
    });

    test('its product with a vector', async () => {
      const v = drawn(one.stream + 10, one.shape);
      await close('hvp', func.hvp(f, x(), v), one.hvp);
      const [, product] = func.jvp((at: Tensor) => func.grad(f)(at), [x()], [v]);
      await close('jvp of grad', product, one.hvp);
    });
  });

  describe('the lecture', () => {
    test('the Hessian of a logistic negative log-likelihood is XᵀWX / n', async () => {
      const one = lecture.logistic;
      const { x, weights, direction } = logisticOf(one);
      const design = tensor(x.data).reshape(x.shape);
      const y = tensor([...one.y]);
      const w = tensor(weights);
      const nll = (at: Tensor): Tensor => nn.functional.binaryCrossEntropyWithLogits(design.matmul(at), y);
      const hessian = func.hessian(nll)(w);
      await close('hessian', hessian, one.hessian, Math.max(rtol, 1e-9));
      const p = design.matmul(w).sigmoid();
      const weight = p.mul(p.neg().add(1)).div(one.examples);
      const formula = design.t().matmul(design.mul(weight.unsqueeze(1)));
      const [ours, theirs] = [await hessian.data(), await formula.data()];
      const worst = Math.max(...Array.from(ours, (h, k) => Math.abs(h - theirs[k])));
      expect(worst).toBeLessThan(1e-5);
      await close('hvp', func.hvp(nll, w, tensor(direction)), one.hvp, Math.max(rtol, 1e-9));
    });

    const net = oracle.network;
    const shapes = net.sizes.slice(1).flatMap((out, k) => [[out, net.sizes[k]], [out]]); // prettier-ignore
    const params = (): Tensor[] =>
      shapes.map((shape, k) => drawn(net.stream + 2 + k, shape, k % 2 === 0 ? 1 : 0));
    const forward = (p: readonly Tensor[], x: Tensor): Tensor => {
      let a = x;
      for (let k = 0; k < p.length; k += 2) a = nn.functional.linear(a, p[k], p[k + 1]).sigmoid();
      return a;
    };
    const data = (): { x: Tensor; y: Tensor } => ({
      x: drawn(net.stream, [net.examples, net.sizes[0]]),
      y: tensor(flat(net.y)).reshape(net.examples, 1),
    });

    test('the network’s gradient and whole Hessian, every pair of layers', async () => {
      const { x, y } = data();
      const loss = (p: Tensor[]): Tensor => binaryCrossEntropy(forward(p, x), y);
      const [gradient, value] = func.gradAndValue(loss)(params());
      await close('loss', value, net.loss);
      for (const [k, expected] of net.gradient.entries()) await close(`gradient ${k}`, gradient[k], expected);
      const hessian = func.hessian(loss)(params());
      for (const [i, row] of net.hessian.entries()) {
        for (const [k, expected] of row.entries()) {
          expect(hessian[i][k].shape).toEqual([...shapes[i], ...shapes[k]]);
          await close(`block ${i}, ${k} of the Hessian`, hessian[i][k], expected);
        }
      }
      const v = shapes.map((shape, k) => drawn(net.stream + 20 + k, shape));
      const product = func.hvp(loss, params(), v);
      for (const [k, expected] of net.hvp.entries()) await close(`hvp ${k}`, product[k], expected);
    });

    test('its gradients for each example', async () => {
      const { x, y } = data();
      const loss = (p: Tensor[], xi: Tensor, yi: Tensor): Tensor => binaryCrossEntropy(forward(p, xi), yi);
      const each = func.vmap(func.grad(loss), { inDims: [null, 0, 0] })(params(), x, y);
      for (const [k, expected] of net.each.entries()) {
        expect(each[k].shape).toEqual([net.examples, ...shapes[k]]);
        await close(`gradients ${k}`, each[k], expected);
      }
    });
  });
}
