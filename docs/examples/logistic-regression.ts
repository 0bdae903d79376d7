import { binaryCrossEntropy, init, optim, tensor, zeros } from 'wgrad';
import { portraits } from 'wgrad/data';

await init({ device: 'auto' });
const { images, labels } = portraits({ count: 32, seed: 1 });
const x = tensor(images).reshape(32, 16384).sub(0.5);
const y = tensor(labels, { dtype: 'f32' }).reshape(32, 1);
const w = zeros([16384, 1], { requiresGrad: true });
const b = zeros([1], { requiresGrad: true });
const sgd = new optim.SGD([w, b], { lr: 0.001 });
for (let step = 0; step < 50; step++) {
  const loss = binaryCrossEntropy(x.matmul(w).add(b).sigmoid(), y);
  sgd.zeroGrad();
  loss.backward();
  sgd.step();
  if (step % 10 === 0) console.log(step, await loss.item());
}
