// Modules: how parts are found, named, saved, loaded and printed.
import { beforeAll, describe, expect, test } from 'vitest';
import { ShapeError, ValueError } from '../../src/core/errors.ts';
import { init, nn, ones, tensor, zeros } from '../../src/index.ts';
import type { Tensor } from '../../src/index.ts';

beforeAll(async () => {
  await init({ device: 'cpu' });
});

class Net extends nn.Module {
  fc1 = new nn.Linear(3, 4);
  fc2 = new nn.Linear(4, 1, { bias: false });

  forward(x: Tensor): Tensor {
    return this.fc2.call(this.fc1.call(x).sigmoid()).sigmoid();
  }
}

const names = (pairs: readonly (readonly [string, unknown])[]): string[] => pairs.map(([name]) => name);

describe('finding parts', () => {
  test('parameters and modules are found in the order of the properties', () => {
    const net = new Net();
    expect(names(net.namedParameters())).toEqual(['fc1.weight', 'fc1.bias', 'fc2.weight']);
    expect(net.parameters().every((p) => p instanceof nn.Parameter && p.requiresGrad && p.isLeaf)).toBe(true);
    expect(names(net.namedModules())).toEqual(['', 'fc1', 'fc2']);
    expect(net.children()).toEqual([net.fc1, net.fc2]);
    expect(net.call(ones([5, 3])).shape).toEqual([5, 1]);
  });

  test('arrays, also within arrays, are numbered', () => {
    class Deep extends nn.Module {
      scale = new nn.Parameter(ones([1]));
      blocks = [[new nn.Linear(1, 1), new nn.Tanh()], [new nn.Linear(1, 2)]];
      biases = [new nn.Parameter(zeros([2])), null];

      forward(x: Tensor): Tensor {
        return x;
      }
    }
    const deep = new Deep();
    expect(names(deep.namedParameters())).toEqual([
      'scale',
      'blocks.0.0.weight',
      'blocks.0.0.bias',
      'blocks.1.0.weight',
      'blocks.1.0.bias',
      'biases.0',
    ]);
    expect(names(deep.namedChildren())).toEqual(['blocks.0.0', 'blocks.0.1', 'blocks.1.0']);
  });

  test('what is shared comes once among the parameters, and under each name in the state', () => {
    class Tied extends nn.Module {
      a = new nn.Linear(2, 2, { bias: false });
      b = this.a;
      c = new nn.Linear(2, 2, { bias: false });

      constructor() {
        super();
        Object.assign(this.c, { weight: this.a.weight });
      }

      forward(x: Tensor): Tensor {
        return x;
      }
    }
    const tied = new Tied();
    expect(names(tied.namedParameters())).toEqual(['a.weight']);
    expect(names(tied.namedModules())).toEqual(['', 'a', 'c']);
    expect([...tied.stateDict().keys()]).toEqual(['a.weight', 'b.weight', 'c.weight']);
  });

  test('a module that refers to the one it is part of is no endless loop', () => {
    class Child extends nn.Module {
      parent: nn.Module | null = null;
      own = new nn.Linear(1, 1, { bias: false });

      forward(x: Tensor): Tensor {
        return x;
      }
    }
    class Parent extends nn.Module {
      child = new Child();

      forward(x: Tensor): Tensor {
        return x;
      }
    }
    const parent = new Parent();
    parent.child.parent = parent;
    expect([...parent.stateDict().keys()]).toEqual(['child.own.weight']);
    expect(names(parent.namedModules())).toEqual(['', 'child', 'child.own']);
  });

  test('tensors that are no parameters are part of the state only when registered', async () => {
    class Normalise extends nn.Module {
      declare mean: Tensor;
      declare cache: Tensor;
      plain = ones([1]);

      constructor() {
        super();
        this.registerBuffer('mean', zeros([2]));
        this.registerBuffer('cache', ones([1]), { persistent: false });
      }

      forward(x: Tensor): Tensor {
        return x.sub(this.mean);
      }
    }
    const module = new Normalise();
    expect(names(module.namedBuffers())).toEqual(['mean', 'cache']);
    expect(module.parameters()).toEqual([]);
    expect([...module.stateDict().keys()]).toEqual(['mean']);
    module.loadStateDict({ mean: tensor([1, 2]) });
    expect(await module.call(tensor([1, 1])).tolist()).toEqual([0, -1]);
    // A buffer is replaced by assigning the property, and stays a buffer.
    module.mean = tensor([3, 3]);
    expect(await module.stateDict().get('mean')?.tolist()).toEqual([3, 3]);
    for (const name of ['', 'a.b', 'forward'])
      expect(() => module.registerBuffer(name, ones([1]))).toThrow(ValueError);
  });
});

describe('state', () => {
  test('goes into another module of the same kind, and is a snapshot', async () => {
    const [a, b] = [new Net(), new Net()];
    const x = tensor([[0.5, -1, 2]]);
    const state = a.stateDict();
    expect([...state.values()].some((t) => t.requiresGrad)).toBe(false);
    const before = await a.call(x).item();
    expect(await b.call(x).item()).not.toBe(before);
    expect(b.loadStateDict(state)).toEqual({ missingKeys: [], unexpectedKeys: [] });
    expect(await b.call(x).item()).toBe(before);
    nn.init.zeros_(a.fc1.weight);
    expect(await a.call(x).item()).not.toBe(before);
    expect(await b.call(x).item()).toBe(before);
    a.loadStateDict(state);
    expect(await a.call(x).item()).toBe(before);
    expect(a.parameters().every((p) => p.requiresGrad && p.isLeaf)).toBe(true);
  });

  test('names that do not fit are refused, unless strict is false', async () => {
    const net = new Net();
    const state = new Map([...net.stateDict()].filter(([name]) => name !== 'fc1.bias'));
    state.set('extra', ones([1]));
    expect(() => net.loadStateDict(state)).toThrowErrorMatchingInlineSnapshot(`
      [ValueError: the names in the state are not those of Net
        expected  fc1.weight, fc1.bias, fc2.weight
        got       missing: fc1.bias; unexpected: extra
        fix       load it into a module like the one it was taken from, or pass { strict: false }]
    `);
    state.set('fc2.weight', ones([1, 4]));
    expect(net.loadStateDict(state, { strict: false })).toEqual({
      missingKeys: ['fc1.bias'],
      unexpectedKeys: ['extra'],
    });
    expect(await net.fc2.weight.tolist()).toEqual([[1, 1, 1, 1]]);
  });

  test('shapes that do not fit are refused before anything is changed', async () => {
    const net = new Net();
    const before = await net.fc1.weight.tolist();
    const state = new Net().stateDict();
    state.set('fc2.weight', ones([4, 1]));
    expect(() => net.loadStateDict(state)).toThrowErrorMatchingInlineSnapshot(`
      [ShapeError: the shapes in the state are not those of Net
        got       fc2.weight: [1, 4] here, [4, 1] in the state
        fix       make the module with the sizes it had when the state was taken]
    `);
    expect(() => net.loadStateDict(state, { strict: false })).toThrow(ShapeError);
    expect(await net.fc1.weight.tolist()).toEqual(before);
  });

  test('names like those of Object.prototype do no harm', () => {
    const net = new Net();
    const state = new Map([...net.stateDict(), ['__proto__', ones([1])]]);
    expect(net.loadStateDict(state, { strict: false }).unexpectedKeys).toEqual(['__proto__']);
  });
});

describe('walking', () => {
  test('train and eval reach every module', () => {
    const net = new nn.Sequential(new nn.Linear(1, 1), new nn.Sequential(new nn.Tanh()));
    expect(
      net
        .eval()
        .modules()
        .map((m) => m.training),
    ).toEqual([false, false, false, false]);
    expect(
      net
        .train()
        .modules()
        .map((m) => m.training),
    ).toEqual([true, true, true, true]);
  });

  test('apply calls children before parents', () => {
    const seen: string[] = [];
    new nn.Sequential(new nn.Linear(1, 1), new nn.Sequential(new nn.Tanh())).apply((m) => {
      seen.push(m.constructor.name);
    });
    expect(seen).toEqual(['Linear', 'Tanh', 'Sequential', 'Sequential']);
  });

  test('zeroGrad drops gradients, or makes them zero', async () => {
    const net = new Net();
    const back = (): void =>
      net
        .call(ones([2, 3]))
        .sum()
        .backward();
    back();
    expect(net.parameters().every((p) => p.grad !== null)).toBe(true);
    net.zeroGrad();
    expect(net.parameters().every((p) => p.grad === null)).toBe(true);
    back();
    net.zeroGrad({ setToNone: false });
    expect(await net.fc2.weight.grad?.tolist()).toEqual([[0, 0, 0, 0]]);
  });

  test('requiresGrad_ freezes all parameters', () => {
    const net = new Net().requiresGrad_(false);
    expect(net.call(ones([1, 3])).requiresGrad).toBe(false);
  });
});

describe('Sequential', () => {
  test('names its layers by their place, and runs them in turn', async () => {
    const net = new nn.Sequential(new nn.Linear(2, 3), new nn.Sigmoid(), new nn.Linear(3, 1));
    expect([...net.stateDict().keys()]).toEqual(['0.weight', '0.bias', '2.weight', '2.bias']);
    const x = tensor([[1, -2]]);
    const [first, second, third] = net;
    expect(await net.call(x).item()).toBe(await third.forward(second.forward(first.forward(x))).item());
    expect([net.length, net.at(-1), net.at(3)]).toEqual([3, third, undefined]);
    net.append(new nn.Tanh());
    expect(await net.call(x).item()).toBeCloseTo(
      Math.tanh(await third.forward(second.forward(first.forward(x))).item()),
      6,
    );
  });

  test('takes names', () => {
    const net = new nn.Sequential({ hidden: new nn.Linear(2, 3), act: new nn.Tanh() });
    expect([...net.stateDict().keys()]).toEqual(['hidden.weight', 'hidden.bias']);
  });

  test('a layer that is no module is refused', () => {
    expect(() => new nn.Sequential().append((() => 1) as never)).toThrowErrorMatchingInlineSnapshot(`
      [ValueError: Sequential takes modules
        got       function
        fix       use modules such as new nn.Sigmoid(), or write a Module with a forward of your own]
    `);
  });

  test('of nothing gives its input back', () => {
    const x = ones([1]);
    expect(new nn.Sequential().call(x)).toBe(x);
  });
});

test('toString shows the tree', () => {
  class Model extends nn.Module {
    body = new nn.Sequential(new nn.Linear(16384, 4), new nn.LeakyReLU(0.2), new nn.Flatten());
    head = new nn.Linear(4, 1, { bias: false });
    loss = new nn.BCELoss({ reduction: 'sum' });

    forward(x: Tensor): Tensor {
      return this.head.call(this.body.call(x));
    }
  }
  expect(new Model().toString()).toMatchInlineSnapshot(`
    "Model(
      (body): Sequential(
        (0): Linear(inFeatures=16384, outFeatures=4, bias=true)
        (1): LeakyReLU(negativeSlope=0.2)
        (2): Flatten(startDim=1, endDim=-1)
      )
      (head): Linear(inFeatures=4, outFeatures=1, bias=false)
      (loss): BCELoss(reduction='sum')
    )"
  `);
});
