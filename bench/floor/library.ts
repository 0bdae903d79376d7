// The same training step written with wgrad, as a user would: lazy, not compiled.
import { type Tensor, init, nn, optim, synchronize, tensor } from '../../src/index.ts';
import type { Opener } from './engines.ts';

const floats = async (t: Tensor): Promise<Float32Array<ArrayBuffer>> => Float32Array.from(await t.data());

/** Opens wgrad on a device of its own. */
export const openLibrary: Opener = async (_, { batch, inputs, hidden, lr, data, weights }) => {
  await init({ device: 'webgpu' });
  const x = tensor(data.x).reshape(batch, inputs);
  const y = tensor(data.y).reshape(batch, 1);
  const model = new nn.Sequential(
    new nn.Linear(inputs, hidden),
    new nn.Sigmoid(),
    new nn.Linear(hidden, 1),
    new nn.Sigmoid(),
  );
  const values = [
    tensor(weights.w1).reshape(hidden, inputs),
    tensor(weights.b1),
    tensor(weights.w2).reshape(1, hidden),
    tensor(weights.b2),
  ];
  const parameters = [...model.parameters()];
  parameters.forEach((parameter, i) => parameter.assign(values[i]));
  const criterion = new nn.BCELoss();
  const sgd = new optim.SGD(parameters, { lr });
  let loss: Tensor | null = null;
  return {
    async run(steps) {
      for (let i = 0; i < steps; i++) {
        loss = criterion.call(model.call(x), y);
        sgd.zeroGrad();
        loss.backward();
        sgd.step();
      }
      await synchronize();
    },
    loss: async () => (loss === null ? NaN : loss.item()),
    async weights() {
      const [w1, b1, w2, b2] = await Promise.all(parameters.map(floats));
      return { w1, b1, w2, b2 };
    },
    close: () => undefined,
  };
};
