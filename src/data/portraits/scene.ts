/** What every part of a drawing shares: the canvas, the traits, the planes of head and body, the light. */

import type { Canvas } from './canvas.ts';
import { clamp, type Frame } from './canvas.ts';
import { Random, smoothNoise } from './random.ts';
import type { Traits } from './traits.ts';

export interface Scene {
  readonly canvas: Canvas;
  readonly traits: Traits;
  readonly head: Frame;
  readonly body: Frame;
  readonly noise: (x: number) => number;
  readonly random: Random;
  /** The grey of a surface of this tone whose normal leans (nx, ny) to the right and down. */
  readonly lit: (tone: number, nx: number, ny: number) => number;
  /** Where a point of the face at `u` is seen when the head is turned; `depth` is how far it stands out. */
  readonly turn: (u: number, depth?: number) => number;
}

const neckPivot = 1.1;

function lighting({ light }: Traits): Scene['lit'] {
  const { x, y, z, ambient, exposure } = light;
  return (tone, nx, ny) => {
    const nz = 1 - nx * nx - ny * ny;
    // Half of a soft light reaches round the edge: the share of 0.25 keeps the shadow side from going flat.
    const facing = (nx * x + ny * y + (nz > 0 ? Math.sqrt(nz) : 0) * z + 0.25) * 0.8;
    return tone * exposure * (ambient + (1 - ambient) * 1.2 * clamp(facing, 0, 1.1));
  };
}

/** Places the head on the neck of a body that stands upright. */
export function makeScene(canvas: Canvas, traits: Traits): Scene {
  const { x, y, scale, tilt, yaw } = traits.pose;
  // The tangent of the half angle gives an exact rotation without sine and cosine.
  const t = tilt * 0.5;
  const cos = (1 - t * t) / (1 + t * t);
  const sin = (2 * t) / (1 + t * t);
  const drop = scale * neckPivot;
  const random = new Random(traits.texture, 1);
  return {
    canvas,
    traits,
    body: { x, y, scale, cos: 1, sin: 0 },
    head: { x: x + sin * drop, y: y + drop - cos * drop, scale, cos, sin },
    noise: smoothNoise(random),
    random,
    lit: lighting(traits),
    turn: (u, depth = 0.17) => yaw * depth + u * (1 - 0.08 * Math.abs(yaw)),
  };
}
