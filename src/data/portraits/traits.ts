/** Draws who is portrayed and how: the traits, their chances for women and men, the labels; it draws no pixel. */

import { Random } from './random.ts';

/** What a portrait can be asked about beside the main question; each is something that was drawn. */
export const portraitAttributes = [
  'longHair',
  'beard',
  'glasses',
  'hat',
  'smile',
  'earrings',
  'lipstick',
  'darkHair',
  'darkBackground',
] as const;

export type PortraitAttribute = (typeof portraitAttributes)[number];

export type HairStyle =
  'bald' | 'ring' | 'buzz' | 'short' | 'quiff' | 'pixie' | 'bun' | 'curls' | 'bob' | 'long';
export type BeardStyle = 'none' | 'stubble' | 'moustache' | 'goatee' | 'full';
export type GlassesStyle = 'none' | 'round' | 'square' | 'sun';
export type HatStyle = 'none' | 'beanie' | 'cap' | 'brim';
export type Clothes = 'crew' | 'vneck' | 'shirt' | 'suit' | 'roll';
export type Backdrop = 'studio' | 'glow' | 'bokeh' | 'panels' | 'horizon';
export type Occluder = 'none' | 'mask' | 'scarf' | 'foreground';

/** Lengths are in head units: the head is 2 high, its middle at 0, the chin at 1. */
export interface Traits {
  readonly woman: boolean;
  readonly pose: { x: number; y: number; scale: number; tilt: number; yaw: number };
  /** Direction towards the light (x right, y down, z to the viewer), the share of ambient light, the exposure. */
  readonly light: { x: number; y: number; z: number; ambient: number; exposure: number };
  readonly backdrop: { kind: Backdrop; near: number; far: number; angle: number };
  readonly film: { noise: number; vignette: number; grain: number };
  readonly skin: number;
  readonly face: { width: number; jaw: number; taper: number; age: number };
  readonly eyes: { apart: number; width: number; open: number; iris: number; lash: number; look: number };
  readonly brows: { thick: number; arch: number; lift: number };
  readonly nose: { width: number; length: number };
  readonly mouth: {
    width: number;
    upper: number;
    lower: number;
    smile: number;
    open: boolean;
    lipstick: number;
  };
  readonly hair: {
    style: HairStyle;
    tone: number;
    volume: number;
    length: number;
    part: number;
    fringe: number;
    flare: number;
    wavy: number;
    gloss: number;
  };
  readonly beard: { style: BeardStyle; length: number };
  readonly glasses: GlassesStyle;
  readonly hat: { style: HatStyle; tone: number };
  readonly earrings: 'none' | 'stud' | 'drop' | 'hoop';
  readonly body: { clothes: Clothes; tone: number; shirt: number; shoulders: number; neck: number };
  readonly occluder: { kind: Occluder; tone: number; x: number; y: number; r: number };
  /** Seeds what is only texture: strands, folds, lights in the background, grain. */
  readonly texture: number;
}

const hairOfWomen = { long: 53, bob: 26, bun: 7, pixie: 6, curls: 4, short: 3, quiff: 1 };
const hairOfMen = {
  short: 37,
  quiff: 18,
  buzz: 10,
  ring: 5,
  bald: 6,
  pixie: 5,
  curls: 6,
  long: 8,
  bob: 2,
  bun: 3,
};

function hairTraits(r: Random, woman: boolean, dark: boolean): Traits['hair'] {
  const style = r.pick<HairStyle>(woman ? hairOfWomen : hairOfMen);
  const length =
    style === 'bob' ? r.range(0.75, 1.1) : style === 'long' ? r.range(1.35, 2.2) : r.range(-0.05, 0.2);
  return {
    style,
    tone: dark ? r.range(0.04, 0.2) : r.range(0.58, 0.78),
    volume: r.bell(0.14, 0.03),
    length,
    part: r.range(-0.5, 0.5),
    fringe: r.chance(style === 'long' || style === 'bob' || style === 'pixie' ? 0.35 : 0.12)
      ? r.range(0.6, 1)
      : r.range(0, 0.35),
    flare: r.range(-0.04, 0.16),
    wavy: r.chance(0.5) ? r.range(0.02, 0.07) : 0,
    gloss: r.range(0.08, 0.3),
  };
}

function faceTraits(r: Random, woman: boolean): Pick<Traits, 'face' | 'eyes' | 'brows' | 'nose'> {
  const by = (ofWomen: number, ofMen: number, deviation: number): number =>
    r.bell(woman ? ofWomen : ofMen, deviation);
  return {
    face: {
      width: by(0.7, 0.75, 0.028),
      jaw: by(0.12, 0.5, 0.14),
      taper: by(0.2, 0.13, 0.035),
      age: r.range(0, 1),
    },
    eyes: {
      apart: r.bell(0.3, 0.012),
      width: by(0.162, 0.148, 0.008),
      open: by(0.074, 0.06, 0.007),
      iris: r.range(0.08, 0.5),
      lash: by(0.026, 0.012, 0.005),
      look: r.range(-0.03, 0.03),
    },
    brows: { thick: by(0.024, 0.043, 0.007), arch: by(0.075, 0.035, 0.015), lift: by(0.225, 0.19, 0.018) },
    nose: { width: by(0.125, 0.15, 0.012), length: r.bell(0.4, 0.02) },
  };
}

function mouthTraits(r: Random, woman: boolean): Traits['mouth'] {
  const smiling = r.chance(0.5);
  return {
    width: r.bell(smiling ? 0.29 : 0.23, 0.015),
    upper: r.bell(woman ? 0.055 : 0.04, 0.008),
    lower: r.bell(woman ? 0.08 : 0.06, 0.01),
    smile: smiling ? r.range(0.07, 0.12) : r.range(-0.03, 0.015),
    open: smiling && r.chance(0.6),
    lipstick: woman && r.chance(0.5) ? r.range(0.5, 0.85) : 0,
  };
}

function sceneTraits(r: Random): Pick<Traits, 'pose' | 'light' | 'film'> {
  const x = r.range(-0.8, 0.8);
  const y = r.chance(0.12) ? r.range(0.2, 0.5) : r.range(-0.65, -0.1);
  const backlit = r.chance(0.08);
  return {
    pose: {
      x: r.bell(0, 0.03),
      y: r.bell(-0.04, 0.025),
      scale: r.bell(0.53, 0.02),
      tilt: r.bell(0, 0.04),
      yaw: r.bell(0, 0.33),
    },
    light: {
      x,
      y,
      z: Math.sqrt(Math.max(0.15, 1 - x * x - y * y)),
      ambient: r.range(0.3, 0.6),
      exposure: backlit ? r.range(0.5, 0.7) : r.range(0.85, 1.12),
    },
    film: {
      noise: r.chance(0.25) ? r.range(0.025, 0.042) : r.range(0.006, 0.022),
      vignette: r.range(0, 0.3),
      grain: r.bits(),
    },
  };
}

function accessories(
  r: Random,
  woman: boolean,
): Pick<Traits, 'glasses' | 'hat' | 'earrings' | 'occluder' | 'body'> {
  return {
    glasses: r.pick({ none: 70, round: 11, square: 13, sun: 6 }),
    hat: {
      style: r.pick({ none: 85, beanie: 5, cap: 5, brim: 5 }),
      tone: r.chance(0.5) ? r.range(0.08, 0.3) : r.range(0.55, 0.88),
    },
    earrings: r.chance(woman ? 0.5 : 0.07) ? r.pick({ stud: 1, drop: 2, hoop: 2 }) : 'none',
    occluder: {
      kind: r.pick({ none: 86, mask: 4, scarf: 4, foreground: 6 }),
      tone: r.range(0.15, 0.9),
      x: r.chance(0.5) ? r.range(-1.5, -1) : r.range(1, 1.5),
      y: r.range(0.7, 1.5),
      r: r.range(0.5, 0.75),
    },
    body: {
      clothes: r.pick<Clothes>(
        woman
          ? { crew: 30, vneck: 34, shirt: 16, suit: 8, roll: 12 }
          : { crew: 32, vneck: 12, shirt: 24, suit: 22, roll: 10 },
      ),
      tone: r.range(0.1, 0.85),
      shirt: r.range(0.7, 0.92),
      shoulders: r.bell(woman ? 1.5 : 1.82, 0.1),
      neck: r.bell(woman ? 0.36 : 0.47, 0.03),
    },
  };
}

/** The traits of portrait `index` of a seed: a pure function of the two. */
export function sampleTraits(seed: number, index: number): Traits {
  const r = new Random(seed, index);
  const woman = r.chance(0.5);
  const darkBackdrop = r.chance(0.32);
  // As a photographer would, hair is mostly set off against the backdrop: what is seen beside the cheek is
  // bright or dark for both classes alike, and only with the backdrop does it tell whether hair hangs there.
  const darkHair = r.chance(darkBackdrop ? 0.07 : 0.94);
  const near = darkBackdrop ? r.range(0.06, 0.24) : r.range(0.7, 0.92);
  return {
    woman,
    ...sceneTraits(r),
    backdrop: {
      kind: r.pick({ studio: 30, glow: 30, bokeh: 16, panels: 12, horizon: 12 }),
      near,
      far: near + (darkBackdrop ? r.range(0, 0.14) : -r.range(0, 0.14)),
      angle: r.range(-1, 1),
    },
    skin: r.range(0.4, 0.84),
    ...faceTraits(r, woman),
    mouth: mouthTraits(r, woman),
    hair: hairTraits(r, woman, darkHair),
    beard: {
      style: woman
        ? 'none'
        : r.pick<BeardStyle>({ none: 35, stubble: 13, moustache: 9, goatee: 13, full: 30 }),
      length: r.range(0.02, 0.2),
    },
    ...accessories(r, woman),
    texture: r.bits(),
  };
}

/** What can be asked about a portrait, read off its traits. */
export function attributesOf(t: Traits): Record<PortraitAttribute, boolean> {
  return {
    longHair: t.hair.style === 'long' || t.hair.style === 'bob',
    beard: t.beard.style === 'goatee' || t.beard.style === 'full',
    glasses: t.glasses !== 'none',
    hat: t.hat.style !== 'none',
    smile: t.mouth.smile > 0.05,
    earrings: t.earrings !== 'none',
    lipstick: t.mouth.lipstick > 0,
    darkHair: t.hair.tone < 0.4,
    darkBackground: t.backdrop.near < 0.5,
  };
}
