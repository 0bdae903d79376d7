// Fourier transforms, exported as the namespace `fft`. A complex tensor is a real one whose last dimension holds real and
// imaginary parts: PyTorch's view_as_real.
import { engine } from '../../engine.ts';
import * as ops from '../../ops/fft.ts';
import { Tensor } from '../tensor.ts';
import { binary, unary } from './lift.ts';

export const complex = /* @__PURE__ */ binary(ops.complex);
export const fft = /* @__PURE__ */ unary(ops.fft);
export const ifft = /* @__PURE__ */ unary(ops.ifft);
export const rfft = /* @__PURE__ */ unary(ops.rfft);
export const irfft = /* @__PURE__ */ unary(ops.irfft);
export const hfft = /* @__PURE__ */ unary(ops.hfft);
export const ihfft = /* @__PURE__ */ unary(ops.ihfft);
export const fft2 = /* @__PURE__ */ unary(ops.fft2);
export const ifft2 = /* @__PURE__ */ unary(ops.ifft2);
export const rfft2 = /* @__PURE__ */ unary(ops.rfft2);
export const irfft2 = /* @__PURE__ */ unary(ops.irfft2);
export const fftn = /* @__PURE__ */ unary(ops.fftn);
export const ifftn = /* @__PURE__ */ unary(ops.ifftn);
export const rfftn = /* @__PURE__ */ unary(ops.rfftn);
export const irfftn = /* @__PURE__ */ unary(ops.irfftn);
export const fftshift = /* @__PURE__ */ unary(ops.fftshift);
export const ifftshift = /* @__PURE__ */ unary(ops.ifftshift);

/** The frequencies of the n terms of fft, for samples `d` apart: 0, 1, …, then the negative ones, over n·d. */
export const fftfreq = (n: number, options: { d?: number } = {}): Tensor =>
  Tensor.of(ops.fftfreq(n, options), engine());
/** The frequencies of the terms of rfft. */
export const rfftfreq = (n: number, options: { d?: number } = {}): Tensor =>
  Tensor.of(ops.rfftfreq(n, options), engine());
