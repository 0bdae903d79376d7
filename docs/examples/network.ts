import { init, nn, optim, tensor } from 'wgrad';
import { portraits } from 'wgrad/data';

await init({ device: 'auto' });
const { images, labels } = portraits({ count: 32, seed: 1 });
const x = tensor(images).reshape(32, 16384).sub(0.5);
const y = tensor(labels, { dtype: 'f32' }).reshape(32, 1);
const net = new nn.Sequential(
  new nn.Linear(16384, 4),
  new nn.Sigmoid(),
  new nn.Linear(4, 1),
  new nn.Sigmoid(),
);
const criterion = new nn.BCELoss();
const sgd = new optim.SGD(net.parameters(), { lr: 0.01, momentum: 0.9 });
for (let step = 0; step < 50; step++) {
  const p = net.call(x);
  const loss = criterion.call(p, y);
  sgd.zeroGrad();
  loss.backward();
  sgd.step();
  const right = p.gt(0.5).to('f32').eq(y).to('f32').mean();
  if (step % 10 === 0) console.log(step, await loss.item(), await right.item());
}
