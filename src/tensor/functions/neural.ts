// Layers of networks as functions: convolutions, pools, normalisation, dropout, embedding, attention.
import * as conv from '../../ops/conv.ts';
import * as resizing from '../../ops/interpolate.ts';
import * as lookup from '../../ops/embedding.ts';
import { binary, unary } from './lift.ts';

export const conv1d = /* @__PURE__ */ binary(conv.conv1d);
export const conv2d = /* @__PURE__ */ binary(conv.conv2d);
export const conv3d = /* @__PURE__ */ binary(conv.conv3d);
export const convTranspose1d = /* @__PURE__ */ binary(conv.convTranspose1d);
export const convTranspose2d = /* @__PURE__ */ binary(conv.convTranspose2d);
export const convTranspose3d = /* @__PURE__ */ binary(conv.convTranspose3d);

export const embedding = /* @__PURE__ */ binary(lookup.embedding);
export const oneHot = /* @__PURE__ */ unary(lookup.oneHot);
export const interpolate = /* @__PURE__ */ unary(resizing.interpolate);
