/** Hair of the head and beard: silhouettes, and strands with their gloss. */

import { clamp, ellipse, hill, ramp, squircle, wave, type Field } from './canvas.ts';
import { faceShape } from './face.ts';
import type { Scene } from './scene.ts';
import type { HairStyle } from './traits.ts';

interface Cut {
  /** How far the hair stands out above the skull and beside it. */
  readonly lift: number;
  readonly side: number;
  /** Where it ends at the sides (for long styles the sampled length is used instead). */
  readonly end: number;
  /** Half width of the free face, as a share of the face's. */
  readonly free: number;
  /** The hairline over the middle of the brow. */
  readonly line: number;
}

const cuts: Readonly<Record<Exclude<HairStyle, 'bald'>, Cut>> = {
  ring: { lift: 0, side: 0.05, end: 0.12, free: 0.9, line: -1.3 },
  buzz: { lift: 0.02, side: 0.015, end: 0, free: 0.9, line: -0.64 },
  short: { lift: 0.1, side: 0.04, end: 0.08, free: 0.9, line: -0.6 },
  quiff: { lift: 0.24, side: 0.03, end: 0.08, free: 0.9, line: -0.66 },
  pixie: { lift: 0.12, side: 0.09, end: 0.3, free: 0.86, line: -0.55 },
  bun: { lift: 0.05, side: 0.03, end: 0.05, free: 0.93, line: -0.66 },
  curls: { lift: 0.24, side: 0.26, end: 0.5, free: 0.88, line: -0.56 },
  bob: { lift: 0.12, side: 0.16, end: 1, free: 0.86, line: -0.6 },
  long: { lift: 0.1, side: 0.14, end: 1.6, free: 0.88, line: -0.6 },
};

/** A hat presses the hair flat: none is drawn above this height. */
const underHat = -0.52;

const falls = (style: HairStyle): boolean => style === 'long' || style === 'bob';

/** The silhouette of the hair from the crown to its ends. */
function outline(scene: Scene, style: Exclude<HairStyle, 'bald'>): Field {
  const { traits, noise } = scene;
  const { hair, face, pose } = traits;
  const cut = cuts[style];
  const half = face.width + cut.side + (falls(style) ? hair.volume * 0.8 : 0);
  const height = 0.92 + cut.lift + hair.volume * 0.4;
  const middle = -0.1;
  const end = falls(style) ? hair.length : cut.end;
  const lean = style === 'quiff' ? hair.part * 0.35 : 0;
  const curl = style === 'curls' ? 0.05 : 0;
  const shift = -pose.yaw * 0.05;
  return (u, v) => {
    const x = u - shift;
    const bumps = curl === 0 ? 0 : curl * (noise(u * 6 + v * 2) + noise(v * 6 - u * 2 + 70));
    if (v < middle) {
      const y = (v - middle) / height;
      const tuft = style === 'pixie' || style === 'quiff' || style === 'short' ? 0.025 * noise(u * 14) : 0;
      const q = (x + lean * y) / half;
      return (Math.sqrt(q * q + y * y) - 1) * half + bumps + tuft;
    }
    const down = v - middle;
    if (curl > 0) return (Math.sqrt((x * x) / (half * half) + (down * down) / 0.5) - 1) * half + bumps;
    const sides =
      Math.abs(x + hair.wavy * wave(v * 2.3)) -
      half -
      hair.flare * (falls(style) ? down : 0) -
      0.02 * noise(v * 4 + (x < 0 ? 9 : 30));
    const tips = end + 0.05 * noise(u * 9 + 50) + 0.02 * noise(u * 31) - (falls(style) ? 0.12 * x * x : 0);
    return Math.max(sides, v - tips) + bumps;
  };
}

/** The part of the face that the hair leaves free: an arch under the hairline, open below. */
function opening(scene: Scene, style: Exclude<HairStyle, 'bald'>): Field {
  const { traits, noise } = scene;
  const { hair, face, pose } = traits;
  const cut = cuts[style];
  const half = face.width * cut.free;
  const u0 = pose.yaw * 0.1;
  const v0 = 0.05;
  const line =
    cut.line + (0.34 + 0.1 * hair.fringe) * (hair.fringe > 0.5 ? hair.fringe : 0) + 0.04 * noise(3);
  const jag = hair.fringe > 0.5 ? 0.05 : 0.02;
  return (u, v) => {
    const x = (u - u0) / half;
    // Parted hair falls lower on the side away from the parting.
    const slant = hair.fringe > 0.5 ? 0 : 0.22 * hair.part * x * (1 + 0.6 * x * hair.part);
    const top = v0 - line - slant + jag * noise(u * 13 + 20);
    if (v > v0) return (Math.abs(x) - 1) * half - 0.03 * (v - v0);
    const y = (v - v0) / top;
    return (Math.sqrt(squircle(x * x, y * y, 0.5)) - 1) * half;
  };
}

/** Curls: two crossing sets of crinkled lines. */
function ringlets(u: number, v: number, noise: (x: number) => number): number {
  return (
    1.6 * noise(u * 15 + 2.5 * noise(v * 6)) * noise(v * 15 + 2.5 * noise(u * 6 + 40) + 80) +
    0.3 * noise((u + v) * 7)
  );
}

/** Strands that run from the parting down, lit as a round cap with a band of gloss. */
function strands(scene: Scene, style: HairStyle, dim: number): Field {
  const { traits, noise, lit } = scene;
  const { hair, face, light } = traits;
  const half = face.width + 0.2;
  const parting = hair.part * 0.7;
  const tight = style === 'curls';
  const crop = style === 'buzz' || style === 'short' || style === 'ring';
  const depth = 0.12 + 0.12 * (1 - hair.tone);
  const sweep = hair.part < 0 ? -9 : 9;
  return (u, v) => {
    const spread = 0.4 + clamp(v + 1.15, 0, 1);
    const q = tight ? u : (u - parting * clamp(-v)) / spread + hair.wavy * 1.5 * wave(v * 2.3 + u);
    let texture = tight ? ringlets(u, v, noise) : 0.6 * noise(q * 12) + 0.4 * noise(q * 33 + 100);
    if (crop) texture = 0.35 * texture + 0.4 * noise(u * 17 + v * sweep) + 0.35 * noise(u * 41 - v * sweep);
    const nx = clamp(u / half, -1, 1) * 0.85;
    const ny = v < 0.1 ? v * 0.7 : 0.05;
    const r = u * u + (v + 0.1) * (v + 0.1) * 0.9;
    const band =
      hill(((r - 0.62 - 0.1 * texture) / 0.3) ** 2) * clamp(0.55 + 0.7 * (nx * light.x + ny * light.y));
    const parted =
      style === 'long' || style === 'bob' || style === 'short'
        ? 0.25 * hill(((u - parting - 0.1 * (v + 1)) / 0.05) ** 2) * ramp(-0.5, -0.75, v)
        : 0;
    const tone = hair.tone * (1 + depth * texture * 1.6 - parted) + 0.03 * texture;
    return dim * (lit(tone, nx, ny) + hair.gloss * (tight || crop ? 0.3 : 0.9) * band * light.exposure);
  };
}

/** Paints what of the hair is behind neck and shoulders. */
export function paintHairBehind(scene: Scene): void {
  const { canvas, head, traits } = scene;
  const { style, length } = traits.hair;
  if (style === 'bun' && traits.hat.style === 'none') {
    const u = traits.hair.part * 0.3;
    const shade = strands(scene, style, 0.9);
    canvas.paint(head, {
      box: [u - 0.45, -1.6, u + 0.45, -0.8],
      shape: ellipse(u, -1.16, 0.36, 0.3),
      shade: (x, v) => shade(x, v + 0.3),
    });
  }
  if (style === 'bald' || !(falls(style) || style === 'curls')) return;
  const outer = outline(scene, style);
  canvas.paint(head, {
    box: [-1.5, -1.5, 1.5, length + 0.6],
    shape: traits.hat.style === 'none' ? outer : (u, v) => Math.max(outer(u, v), underHat - v),
    shade: strands(scene, style, 0.62),
    soft: 0.03,
  });
}

/** Paints the hair round the face, leaving the face free. */
export function paintHair(scene: Scene): void {
  const { canvas, head, traits } = scene;
  const { style, length } = traits.hair;
  if (style === 'bald') return;
  const outer = outline(scene, style);
  const free = opening(scene, style);
  const top = traits.hat.style === 'none' ? -2 : underHat;
  const fade = style === 'buzz' || style === 'ring' ? 0.07 : 0.03;
  const ring: Field = (u, v) => ((v + 0.12) / 0.34) ** 2 - 1 + 4 * (1 - Math.abs(u) / traits.face.width);
  const bottom = falls(style) ? length + 0.2 : cuts[style].end + 0.2;
  const shape: Field = (u, v) =>
    Math.max(outer(u, v), style === 'ring' ? 0.3 * ring(u, v) : -free(u, v), top - v);
  // The hair's own shadow on brow and cheek sets it off from the skin.
  const skull = faceShape(scene);
  canvas.paint(head, {
    box: [-1, -1.2, 1, 0.9],
    shape: (u, v) => Math.max(-free(u, v) - 0.05, skull(u, v), top - v),
    shade: 0,
    opacity: style === 'buzz' || style === 'ring' ? 0 : 0.28,
    soft: 0.14,
  });
  canvas.paint(head, {
    box: [-1.4, -1.6, 1.4, bottom],
    shape,
    shade: strands(scene, style, 1),
    soft: fade,
    opacity: style === 'buzz' ? 0.8 : 1,
  });
}

/** Paints stubble, moustache or beard; the mouth is painted afterwards. */
export function paintBeard(scene: Scene): void {
  const { canvas, head, traits, noise, turn, lit } = scene;
  const { beard, hair, face, mouth, skin } = traits;
  if (beard.style === 'none') return;
  const u0 = turn(0, 0.2);
  const skull = faceShape(scene);
  const grown = beard.style === 'stubble' ? 0 : beard.length;
  const fringe: Field = (u, v) =>
    skull(u, v < 0.5 ? v : 0.5 + (v - 0.5) / (1 + grown)) - 0.12 * grown - 0.015 + 0.02 * noise(u * 24);
  const cheek = (u: number): number =>
    0.55 - 0.5 * ramp(0.22, face.width, Math.abs(u - u0)) + 0.02 * noise(u * 17 + 5);
  const lips = ellipse(u0, 0.64 + mouth.smile * 0.1, mouth.width * 0.95, 0.085 + (mouth.open ? 0.03 : 0));
  const whiskers: Field = (u, v) => {
    const x = Math.abs(u - u0);
    return Math.max(
      Math.abs(v - 0.515 - 0.35 * x * x + 0.02 * noise(u * 20)) - 0.055 * (1.15 - x * 1.2),
      x - mouth.width * 1.25,
    );
  };
  const full: Field = (u, v) => Math.max(fringe(u, v), cheek(u) - v, -lips(u, v));
  const shape: Record<Exclude<typeof beard.style, 'none'>, Field> = {
    stubble: full,
    moustache: whiskers,
    full: (u, v) => Math.min(full(u, v), whiskers(u, v)),
    goatee: (u, v) => {
      const x = Math.abs(u - u0);
      const ring = Math.max(fringe(u, v), x - mouth.width * 1.2, 0.5 - v, -lips(u, v));
      return Math.min(ring, whiskers(u, v));
    },
  };
  // Fair hair goes with a darker beard, more often than not.
  const tone =
    hair.tone < 0.4 ? hair.tone * 1.1 : noise(5) > -0.2 ? Math.min(hair.tone, skin) * 0.55 : hair.tone;
  const light: Field = (u, v) => {
    const texture = noise(u * 34 + noise(v * 9) * 2) * 0.6 + noise(u * 11 - v * 6 + 33) * 0.4;
    return lit(
      beard.style === 'stubble' ? skin * 0.45 : tone * (1 + 0.35 * texture) + 0.03 * texture,
      (u / face.width) * 0.8,
      (v - 0.4) * 0.6,
    );
  };
  canvas.paint(head, {
    box: [-1, 0, 1, 1.5],
    shape: shape[beard.style],
    shade: light,
    soft: beard.style === 'stubble' ? 0.16 : 0.045,
    opacity: beard.style === 'stubble' ? 0.5 : 0.93,
  });
}
