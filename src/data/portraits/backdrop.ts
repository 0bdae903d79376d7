/** The wall behind the sitter and the film in the camera; nothing of the sitter. */

import { clamp, hill, wave, type Field } from './canvas.ts';
import { hash } from './random.ts';
import type { Scene } from './scene.ts';

const mix = (a: number, b: number, t: number): number => a + (b - a) * t;

/** Blurred lights: a handful of soft discs. */
function bokeh({ traits, random }: Scene): Field {
  const { near, far } = traits.backdrop;
  const discs = Array.from({ length: 9 }, () => ({
    x: random.range(-1, 1),
    y: random.range(-1, 0.7),
    r: random.range(0.1, 0.28),
    gain: random.range(0.03, 0.1) * (near < 0.5 ? 1.4 : 0.8),
  }));
  return (x, y) => {
    let value = mix(near, far, (y + 1) / 2);
    for (const disc of discs) {
      const dx = x - disc.x;
      const dy = y - disc.y;
      const squared = (dx * dx + dy * dy) / (disc.r * disc.r);
      if (squared < 1) value += disc.gain * Math.min(1, 2.5 * (1 - squared));
    }
    return value;
  };
}

function backdropField(scene: Scene): Field {
  const { kind, near, far, angle } = scene.traits.backdrop;
  const { noise } = scene;
  switch (kind) {
    case 'bokeh':
      return bokeh(scene);
    case 'glow':
      return (x, y) => {
        const dx = (x - angle * 0.4) / 1.5;
        const dy = (y + 0.2) / 1.6;
        return mix(near, far, 1.6 * hill(dx * dx + dy * dy));
      };
    case 'panels':
      return (x, y) => mix(near, far, 0.5 + 0.5 * noise(x * 3 + 40)) + 0.03 * noise(y * 2);
    case 'horizon':
      return (x, y) => {
        const land = clamp((y - 0.15 - 0.2 * angle - 0.12 * noise(x * 2)) * 12);
        return (
          mix(mix(near, far, (y + 1) / 2), near < 0.5 ? near * 0.6 : near - 0.16, land) + 0.02 * noise(y * 6)
        );
      };
    case 'studio':
      return (x, y) =>
        mix(near, far, clamp(0.5 + 0.5 * (x * angle + y * (1 - Math.abs(angle))))) + 0.015 * wave(x + y);
  }
}

/** Paints the whole canvas with the backdrop. */
export function paintBackdrop(scene: Scene): void {
  scene.canvas.fill(backdropField(scene));
}

/** Vignette, grain, and the 256 greys of a picture file, which also hide any last-bit difference of arithmetic. */
export function develop(scene: Scene): void {
  const { noise, vignette, grain } = scene.traits.film;
  scene.canvas.develop((value, x, y, pixel) => {
    const shade = 1 - vignette * 0.5 * (x * x + y * y) * 0.5;
    const bits = hash(grain, pixel);
    // Two 16-bit halves make a triangular distribution of deviation `noise`.
    const triangle = ((bits & 0xffff) + (bits >>> 16)) / 65536 - 1;
    const grey = value * shade + triangle * 2.449 * noise;
    return Math.round(255 * clamp(grey)) / 255;
  });
}
