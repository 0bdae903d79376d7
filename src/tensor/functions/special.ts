// Special functions: gamma, the normal distribution's tails, modified Bessel functions.
import * as bessel from '../../ops/bessel.ts';
import * as gammas from '../../ops/gamma.ts';
import * as normal from '../../ops/normal.ts';
import type { TensorLike } from '../call.ts';
import type { Tensor } from '../tensor.ts';
import { type Two, binary, unary } from './lift.ts';

export const lgamma = /* @__PURE__ */ unary(gammas.lgamma);
export const digamma = /* @__PURE__ */ unary(gammas.digamma);
export const mvlgamma = /* @__PURE__ */ unary(gammas.mvlgamma);
export const zeta = /* @__PURE__ */ binary(gammas.zeta as Two);

const derivative = /* @__PURE__ */ unary((x, n: number) => gammas.polygamma(n, x));
/** The n-th derivative of digamma. @throws ValueError for an n that is no whole number from 0 on */
export const polygamma = (n: number, x: TensorLike): Tensor => derivative(x, n);

export const erfc = /* @__PURE__ */ unary(normal.erfc);
export const erfcx = /* @__PURE__ */ unary(normal.erfcx);
export const erfinv = /* @__PURE__ */ unary(normal.erfinv);
export const ndtr = /* @__PURE__ */ unary(normal.ndtr);
export const logNdtr = /* @__PURE__ */ unary(normal.logNdtr);
export const ndtri = /* @__PURE__ */ unary(normal.ndtri);

export const i0 = /* @__PURE__ */ unary(bessel.i0);
export const i0e = /* @__PURE__ */ unary(bessel.i0e);
export const i1 = /* @__PURE__ */ unary(bessel.i1);
export const i1e = /* @__PURE__ */ unary(bessel.i1e);
