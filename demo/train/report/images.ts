// Turns grey pictures and weights into data URIs; it knows pixels and PNG, not what they mean.
import sharp from 'sharp';
import { PIXELS, SIDE } from '../types.ts';

const raw = (channels: 1 | 4) => ({ raw: { width: SIDE, height: SIDE, channels }, limitInputPixels: PIXELS });

/** A grey picture, PIXELS values 0…255, as a JPEG data URI. */
export async function pictureUri(pixels: Uint8Array): Promise<string> {
  const jpeg = await sharp(pixels, raw(1)).jpeg({ quality: 84 }).toBuffer();
  return `data:image/jpeg;base64,${jpeg.toString('base64')}`;
}

/** Colours of a weight above and below zero; readable on light and dark ground. */
export const POSITIVE = [214, 96, 32] as const;
export const NEGATIVE = [38, 118, 188] as const;

/** The size that a share `part` of all |values| stay below: the end of a colour scale that outliers do not stretch. */
export function scaleOf(values: Float32Array, part = 0.995): number {
  const sizes = values.map((value) => Math.abs(value)).sort();
  return Math.max(sizes[Math.floor(part * (sizes.length - 1))] ?? 0, Number.MIN_VALUE);
}

/**
 * Weights of one neuron, PIXELS values, as a PNG data URI: the sign gives the colour, the size the opacity, so
 * that zero is the ground it lies on, light or dark.
 */
export async function weightsUri(weights: Float32Array, scale: number): Promise<string> {
  const rgba = new Uint8Array(PIXELS * 4);
  weights.forEach((weight, i) => {
    rgba.set(weight >= 0 ? POSITIVE : NEGATIVE, i * 4);
    rgba[i * 4 + 3] = Math.round(Math.min(1, Math.abs(weight) / scale) * 255);
  });
  const png = await sharp(rgba, raw(4)).png({ compressionLevel: 9 }).toBuffer();
  return `data:image/png;base64,${png.toString('base64')}`;
}
