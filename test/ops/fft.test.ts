// Fourier transforms beside PyTorch's samples: frequencies, long lengths, round trips.
import { beforeAll, expect, test } from 'vitest';
import { fft, init, randn, tensor } from '../../src/index.ts';

beforeAll(async () => {
  await init({ device: 'cpu', precision: 'f64' });
});

test('frequencies are those of NumPy', () => {
  expect([...fft.fftfreq(5).dataSync()]).toEqual([0, 0.2, 0.4, -0.4, -0.2]);
  expect([...fft.fftfreq(4, { d: 0.5 }).dataSync()]).toEqual([0, 0.5, -1, -0.5]);
  expect([...fft.rfftfreq(5, { d: 0.1 }).dataSync()]).toEqual([0, 2, 4]);
  expect([...fft.rfftfreq(1).dataSync()]).toEqual([0]);
});

test('a complex tensor is made of its parts', () => {
  const z = fft.complex(tensor([1, 2]), tensor([3, 4]));
  expect(z.shape).toEqual([2, 2]);
  expect([...z.dataSync()]).toEqual([1, 3, 2, 4]);
});

test.each([2310, 4096, 1009])('%i numbers come back', (n) => {
  const x = randn([n]);
  const back = fft.irfft(fft.rfft(x), { n });
  expect(back.sub(x).abs().amax().dataSync()[0]).toBeLessThan(1e-12);
});
