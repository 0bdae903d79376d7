/** Switching the tape off and on, and leaving it: noGrad, enableGrad, detach, requiresGrad_, clone. */
import { beforeAll, describe, expect, test } from 'vitest';
import { enableGrad, init, noGrad, no_grad, nn, tensor } from '../../src/index.ts';
import { gradient, tick } from './support.ts';

const records = (): boolean => tensor([1], { requiresGrad: true }).mul(2).requiresGrad;

export function modesSuite(device: 'cpu' | 'webgpu'): void {
  beforeAll(() => init({ device }));

  describe('noGrad', () => {
    test('records nothing inside, and gives back what the function returns', () => {
      const w = tensor([1], { requiresGrad: true });
      const y = noGrad(() => w.mul(2));
      expect([y.requiresGrad, y.isLeaf, y.gradFn]).toEqual([false, true, null]);
      expect(no_grad(() => 7)).toBe(7);
      expect(records()).toBe(true);
    });

    test('a new leaf inside may require a gradient, as in PyTorch', () => {
      const w = noGrad(() => tensor([1], { requiresGrad: true }));
      expect(w.requiresGrad).toBe(true);
      expect(noGrad(() => new nn.Parameter(tensor([1]))).requiresGrad).toBe(true);
    });

    test('ends when its function throws', () => {
      expect(() =>
        noGrad(() => {
          throw new Error('mine');
        }),
      ).toThrow('mine');
      expect(records()).toBe(true);
    });

    test('nests with enableGrad', () => {
      noGrad(() => {
        expect(records()).toBe(false);
        enableGrad(() => {
          expect(records()).toBe(true);
          noGrad(() => expect(records()).toBe(false));
          expect(records()).toBe(true);
        });
        expect(records()).toBe(false);
      });
      expect(records()).toBe(true);
    });

    test('an async function stays off the tape until it settles', async () => {
      const seen: boolean[] = [];
      const done = noGrad(async () => {
        seen.push(records());
        await tick();
        seen.push(records());
        return 'done';
      });
      expect(await done).toBe('done');
      seen.push(records());
      expect(seen).toEqual([false, false, true]);
    });

    test('an async function that fails ends it, too', async () => {
      await expect(
        noGrad(async () => {
          await tick();
          throw new Error('late');
        }),
      ).rejects.toThrow('late');
      expect(records()).toBe(true);
    });

    test('two that overlap end in any order, and the tape is on again after the last', async () => {
      const first = noGrad(() => tick(2));
      const second = noGrad(() => tick(12));
      await first;
      expect(records()).toBe(false);
      await second;
      expect(records()).toBe(true);
      const long = noGrad(() => tick(12));
      const short = enableGrad(() => tick(2));
      expect(records()).toBe(true);
      await short;
      expect(records()).toBe(false);
      await long;
      expect(records()).toBe(true);
    });

    test('is no obstacle to a backward pass through what was recorded before', async () => {
      const w = tensor([3], { requiresGrad: true });
      const y = w.mul(w).sum();
      noGrad(() => y.backward());
      expect(await gradient(w)).toEqual([6]);
    });
  });

  describe('leaving the tape', () => {
    test('detach: the same elements, and no gradient through them', async () => {
      const w = tensor([3], { requiresGrad: true });
      const d = w.mul(2).detach();
      expect([d.requiresGrad, d.isLeaf]).toEqual([false, true]);
      w.mul(d).sum().backward();
      expect(await d.tolist()).toEqual([6]);
      expect(await gradient(w)).toEqual([6]);
    });

    test('detach().requiresGrad_() makes a leaf of a result', async () => {
      const w = tensor([3], { requiresGrad: true });
      const leaf = w.mul(2).detach().requiresGrad_();
      expect([leaf.isLeaf, leaf.requiresGrad]).toEqual([true, true]);
      leaf.mul(leaf).sum().backward();
      expect(await gradient(leaf)).toEqual([12]);
      expect(w.grad).toBeNull();
    });

    test('requiresGrad_(false) freezes a leaf, and it can be thawed', async () => {
      const w = tensor([3], { requiresGrad: true });
      const v = tensor([2], { requiresGrad: true });
      w.requiresGrad_(false);
      w.mul(v).sum().backward();
      expect(w.grad).toBeNull();
      expect(await gradient(v)).toEqual([3]);
      w.requires_grad_();
      w.mul(v).sum().backward();
      expect(await gradient(w)).toEqual([2]);
    });

    test('clone: one more step on the tape', async () => {
      const w = tensor([3], { requiresGrad: true });
      const c = w.clone();
      expect(c.gradFn?.name).toBe('CloneBackward0');
      c.mul(c).sum().backward();
      expect(await gradient(w)).toEqual([6]);
    });

    test('a frozen part of a model passes gradients on but gathers none', async () => {
      const first = new nn.Linear(2, 2);
      const frozen = new nn.Linear(2, 1);
      for (const p of frozen.parameters()) p.requiresGrad_(false);
      const y = frozen.forward(first.forward(tensor([[1, 2]]))).sum();
      y.backward();
      expect([...frozen.parameters()].map((p) => p.grad)).toEqual([null, null]);
      expect(await gradient(first.weight)).toHaveLength(2);
    });
  });
}
