/** A grey canvas on which anti-aliased shapes are laid over each other; it knows nothing of faces. */

/** A number for each point of a plane: a signed distance (negative inside) or a grey value. */
export type Field = (u: number, v: number) => number;

/** Where a drawing's own plane (u right, v down) lies on the canvas, which spans [-1, 1] both ways. */
export interface Frame {
  readonly x: number;
  readonly y: number;
  readonly scale: number;
  readonly cos: number;
  readonly sin: number;
}

export interface Layer {
  /** [left, top, right, bottom] in the frame's plane: nothing is painted outside. */
  readonly box: readonly [number, number, number, number];
  /** Approximate signed distance to the outline, in the frame's units. */
  readonly shape: Field;
  /** The grey value, a constant or one for each point. */
  readonly shade: Field | number;
  /** Width of the outline's ramp in the frame's units; never narrower than a pixel. */
  readonly soft?: number;
  readonly opacity?: number;
}

export class Canvas {
  readonly size: number;
  /** [size, size], row-major. */
  readonly grey: Float32Array;

  constructor(size: number, grey: Float32Array) {
    this.size = size;
    this.grey = grey;
  }

  /** Sets every pixel from its place on the canvas. */
  fill(shade: Field): void {
    const { size, grey } = this;
    for (let i = 0, row = 0; row < size; row++) {
      for (let column = 0; column < size; column++, i++) {
        grey[i] = shade((2 * column + 1) / size - 1, (2 * row + 1) / size - 1);
      }
    }
  }

  /** Changes every pixel, given its value and its place on the canvas. */
  develop(change: (value: number, x: number, y: number, pixel: number) => number): void {
    const { size, grey } = this;
    for (let i = 0, row = 0; row < size; row++) {
      const y = (2 * row + 1) / size - 1;
      for (let column = 0; column < size; column++, i++) {
        grey[i] = change(grey[i], (2 * column + 1) / size - 1, y, i);
      }
    }
  }

  /** Lays one shape over what is there. */
  paint(frame: Frame, layer: Layer): void {
    const { size, grey } = this;
    const { shape, shade, opacity = 1 } = layer;
    const step = 2 / size;
    const [left, top, right, bottom] = this.#pixels(frame, layer.box);
    const inverse = 1 / Math.max(step / frame.scale, layer.soft ?? 0);
    const c = frame.cos / frame.scale;
    const s = frame.sin / frame.scale;
    for (let row = top; row < bottom; row++) {
      const y = (row + 0.5) * step - 1 - frame.y;
      for (let column = left; column < right; column++) {
        const x = (column + 0.5) * step - 1 - frame.x;
        const u = c * x + s * y;
        const v = c * y - s * x;
        const cover = 0.5 - shape(u, v) * inverse;
        if (cover <= 0) continue;
        const i = row * size + column;
        const under = grey[i];
        const over = typeof shade === 'number' ? shade : shade(u, v);
        grey[i] = under + (over - under) * (cover < 1 ? cover * opacity : opacity);
      }
    }
  }

  /** The pixels that a box of the frame's plane can touch: [left, top, right, bottom), clipped to the canvas. */
  #pixels(frame: Frame, [left, top, right, bottom]: Layer['box']): [number, number, number, number] {
    const u = (left + right) / 2;
    const v = (top + bottom) / 2;
    const { cos, sin, scale } = frame;
    const x = frame.x + scale * (cos * u - sin * v);
    const y = frame.y + scale * (sin * u + cos * v);
    const width = (scale * (cos * (right - left) + Math.abs(sin) * (bottom - top))) / 2;
    const height = (scale * (cos * (bottom - top) + Math.abs(sin) * (right - left))) / 2;
    const half = this.size / 2;
    const clip = (value: number): number => Math.min(this.size, Math.max(0, value));
    return [
      clip(Math.floor((x - width + 1) * half - 1)),
      clip(Math.floor((y - height + 1) * half - 1)),
      clip(Math.ceil((x + width + 1) * half + 1)),
      clip(Math.ceil((y + height + 1) * half + 1)),
    ];
  }
}

export const clamp = (x: number, low = 0, high = 1): number => (x < low ? low : x > high ? high : x);

/** 0 below `from`, 1 above `to`, smooth between. */
export function ramp(from: number, to: number, x: number): number {
  const t = clamp((x - from) / (to - from));
  return t * t * (3 - 2 * t);
}

/** A soft hill: 1 in the middle, 0 from radius 1 on; takes the squared radius. */
export function hill(squared: number): number {
  if (squared >= 1) return 0;
  return (1 - squared) * (1 - squared);
}

/** A smooth wave of period 2 and height 1: a parabola's stand-in for the sine, the same on every platform. */
export function wave(x: number): number {
  const t = x - 2 * Math.floor(x / 2) - 1;
  return 4 * t * (Math.abs(t) - 1);
}

/** A squared radius of 1 on an outline between an ellipse (`square` = 0) and its rectangle (1); takes squares. */
export function squircle(x: number, y: number, square: number): number {
  return x + y - square * Math.min(x, 1) * Math.min(y, 1);
}

/** Approximate distance to an ellipse. */
export function ellipse(cu: number, cv: number, ru: number, rv: number): Field {
  const iu = 1 / ru;
  const iv = 1 / rv;
  return (u, v) => {
    const x = (u - cu) * iu;
    const y = (v - cv) * iv;
    const k = Math.sqrt(x * x + y * y);
    // Divided by its slope, so that the outline is as sharp at the narrow ends as along the sides.
    return (k * (k - 1)) / Math.sqrt(x * x * iu * iu + y * y * iv * iv + 1e-9);
  };
}
