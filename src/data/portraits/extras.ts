/** What is worn on or held before the head: glasses, hat, earrings, mask, scarf, things in the foreground. */

import { clamp, ellipse, hill, ramp, wave, type Canvas, type Field, type Layer } from './canvas.ts';
import { eyeLine, faceShape } from './face.ts';
import type { Scene } from './scene.ts';

type Box = Layer['box'];

/** A rectangle with round corners. */
function pane(u0: number, v0: number, half: number, high: number, corner: number): Field {
  return (u, v) => {
    const x = Math.max(0, Math.abs(u - u0) - half + corner);
    const y = Math.max(0, Math.abs(v - v0) - high + corner);
    return Math.sqrt(x * x + y * y) - corner;
  };
}

/** Paints spectacles or sun-glasses. */
export function paintGlasses(scene: Scene): void {
  const { canvas, head, traits, turn } = scene;
  const { glasses, eyes, pose, light, face } = traits;
  if (glasses === 'none') return;
  const round = glasses === 'round';
  const thick = round ? 0.018 : 0.026;
  const frame = traits.hair.tone > 0.4 && round ? 0.55 : 0.06;
  const v0 = eyeLine + 0.02;
  const skull = faceShape(scene);
  for (const side of [-1, 1]) {
    const u0 = turn(side * (eyes.apart + 0.01), 0.2);
    const half = (round ? 0.2 : 0.225) * (1 - 0.12 * pose.yaw * side);
    const lens = round ? ellipse(u0, v0, half, 0.2) : pane(u0, v0 + 0.01, half, 0.165, 0.09);
    const box: Box = [u0 - 0.32, v0 - 0.3, u0 + 0.32, v0 + 0.3];
    const sun = glasses === 'sun';
    canvas.paint(head, {
      box,
      shape: lens,
      shade: (u, v) =>
        (sun ? 0.05 + 0.22 * clamp(v - v0 + 0.2) : 0.75) +
        0.35 * hill(((u - u0 - (v - v0) * -0.7 + light.x * 0.12) / 0.09) ** 2),
      opacity: sun ? 0.95 : 0.13,
    });
    canvas.paint(head, { box, shape: (u, v) => Math.abs(lens(u, v)) - thick, shade: frame });
    // The temple runs to the ear.
    const outer = u0 + side * half;
    const ear = side * face.width - pose.yaw * 0.1;
    canvas.paint(head, {
      box: [Math.min(outer, ear), v0 - 0.15, Math.max(outer, ear), v0 + 0.1],
      shape: (u, v) =>
        Math.max(Math.abs(v - v0 + 0.05) - thick * 0.9, (outer - u) * side, skull(u, v) - 0.03),
      shade: frame,
    });
  }
  const middle = turn(0, 0.24);
  canvas.paint(head, {
    box: [middle - 0.16, v0 - 0.2, middle + 0.16, v0 + 0.1],
    shape: (u, v) =>
      Math.max(Math.abs(v - v0 + 0.05 - 2 * (u - middle) * (u - middle)) - thick, Math.abs(u - middle) - 0.1),
    shade: frame,
  });
}

/** Paints earrings where the lobes are, in front of any hair. */
export function paintEarrings(scene: Scene): void {
  const { canvas, head, traits } = scene;
  const { earrings, face, pose, light } = traits;
  if (earrings === 'none') return;
  for (const side of [-1, 1]) {
    const u = side * (face.width + 0.03) - pose.yaw * 0.12;
    const v = 0.35;
    const box: Box = [u - 0.2, v - 0.1, u + 0.2, v + 0.45];
    const metal: Field = (x, y) => light.exposure * (0.85 - 0.5 * hill(((x - u + y - v) / 0.06) ** 2));
    const stud = ellipse(u, v, 0.05, 0.05);
    const ring = ellipse(u, v + 0.15, 0.12, 0.15);
    const tear = ellipse(u, v + 0.2, 0.055, 0.1);
    const shapes: Record<Exclude<typeof earrings, 'none'>, Field> = {
      stud,
      hoop: (x, y) => Math.abs(ring(x, y)) - 0.022,
      drop: (x, y) => Math.min(stud(x, y) + 0.02, tear(x, y)),
    };
    const shape = shapes[earrings];
    canvas.paint(head, { box, shape: (x, y) => shape(x, y) - 0.022, shade: 0.1, opacity: 0.6 });
    canvas.paint(head, { box, shape, shade: metal });
  }
}

/** Paints a hat over the hair, and its shadow on the brow. */
export function paintHat(scene: Scene): void {
  const { canvas, head, traits, lit, noise } = scene;
  const { hat, face, pose, hair } = traits;
  if (hat.style === 'none') return;
  const half = face.width + 0.1 + hair.volume * 0.5;
  const beanie = hat.style === 'beanie';
  const rim = -0.5;
  const crown = ellipse(0, rim, half, beanie ? 0.85 : 0.72);
  const felt = (tone: number, knit: number): Field => {
    return (u, v) =>
      lit(tone * (1 + knit * wave(u * 14) + 0.06 * noise(u * 5 + v * 3)), (u / half) * 0.85, (v + 0.3) * 0.6);
  };
  const skull = faceShape(scene);
  canvas.paint(head, {
    box: [-1, -0.8, 1, 0],
    shape: (u, v) => Math.max(skull(u, v), v + 0.36),
    shade: 0,
    opacity: beanie ? 0.3 : 0.5,
    soft: 0.22,
  });
  const sag = (u: number): number => rim + 0.1 * (1 - (u / half) * (u / half)) * (beanie ? 0.6 : 0.3);
  canvas.paint(head, {
    box: [-1.2, -1.7, 1.2, 0],
    shape: (u, v) => Math.max(crown(u, v), v - sag(u)),
    shade: felt(hat.tone, beanie ? 0.12 : 0),
  });
  if (beanie) {
    const cuff: Field = (u, v) => Math.max(Math.abs(v - sag(u) + 0.08) - 0.15, Math.abs(u) - half - 0.03);
    canvas.paint(head, { box: [-1.2, -1, 1.2, 0], shape: cuff, shade: felt(hat.tone * 0.85 + 0.04, 0.2) });
  } else if (hat.style === 'cap') {
    const u0 = pose.yaw * 0.25;
    const visor = ellipse(u0, rim + 0.05, half * 0.98, 0.17);
    canvas.paint(head, {
      box: [-1.3, -1, 1.3, 0],
      shape: (u, v) => visor(u, v - 0.04),
      shade: 0.02,
      opacity: 0.5,
      soft: 0.05,
    });
    canvas.paint(head, { box: [-1.3, -1, 1.3, 0], shape: visor, shade: felt(hat.tone * 0.8, 0) });
  } else {
    const band: Field = (u, v) => Math.max(Math.abs(v - sag(u) + 0.1) - 0.09, crown(u, v));
    canvas.paint(head, {
      box: [-1.2, -1, 1.2, 0],
      shape: band,
      shade: lit(hat.tone > 0.4 ? 0.12 : 0.5, 0, 0),
    });
    const brim = ellipse(0, rim + 0.04, 1.32, 0.16);
    const bent: Field = (u, v) => brim(u, v + 0.07 * u * u);
    canvas.paint(head, {
      box: [-1.5, -1, 1.5, 0],
      shape: (u, v) => bent(u, v - 0.04),
      shade: 0.02,
      opacity: 0.45,
      soft: 0.06,
    });
    canvas.paint(head, { box: [-1.5, -1, 1.5, 0], shape: bent, shade: felt(hat.tone * 0.92, 0) });
  }
}

function paintMask(scene: Scene, canvas: Canvas): void {
  const { head, traits, lit, turn } = scene;
  const skull = faceShape(scene);
  const u0 = turn(0, 0.2);
  const tone = 0.45 + 0.45 * traits.occluder.tone;
  const top = (u: number): number => 0.22 + 0.45 * (u - u0) * (u - u0);
  const bottom = (u: number): number => 1.08 - 0.8 * (u - u0) * (u - u0);
  for (const slope of [-0.25, 0.55]) {
    canvas.paint(head, {
      box: [-0.9, -0.1, 0.9, 0.9],
      shape: (u, v) =>
        Math.max(
          Math.abs(v - 0.38 - slope * (Math.abs(u) - 0.45) * 1.2) - 0.012,
          skull(u, v),
          0.4 - Math.abs(u),
        ),
      shade: tone * 0.85,
    });
  }
  canvas.paint(head, {
    box: [-0.9, 0.1, 0.9, 1.2],
    shape: (u, v) => Math.max(skull(u, v / 1.06) - 0.02, top(u) - v, v - bottom(u)),
    shade: (u, v) =>
      lit(
        tone * (1 - 0.09 * hill((wave(v * 7) * 2) ** 2)),
        ((u - u0) / traits.face.width) * 0.8,
        (v - 0.55) * 0.6,
      ),
  });
}

function paintScarf(scene: Scene, canvas: Canvas): void {
  const { body, traits, lit, noise } = scene;
  const tone = traits.occluder.tone;
  const wrap: Field = (u, v) => {
    const rise = 0.95 + 0.2 * noise(u * 1.5 + 60) * 0.5 - 0.25 * u * u * 0.5;
    return Math.max(rise - v, v - 1.7 + 0.25 * u * u, Math.abs(u) - 0.85);
  };
  canvas.paint(body, {
    box: [-1, 0.6, 1, 1.9],
    shape: wrap,
    shade: (u, v) =>
      lit(tone * (1 + 0.22 * noise(v * 7 + u * u * 3) + 0.05 * wave(u * 16)), u * 0.8, (v - 1.3) * 0.8),
    soft: 0.03,
  });
}

/** Paints what hides a part of the sitter. */
export function paintOccluder(scene: Scene): void {
  const { canvas, traits, body } = scene;
  const { kind, tone, x, y, r } = traits.occluder;
  if (kind === 'mask') paintMask(scene, canvas);
  else if (kind === 'scarf') paintScarf(scene, canvas);
  else if (kind === 'foreground') {
    canvas.paint(body, {
      box: [x - r * 1.6, y - r * 1.6, x + r * 1.6, y + r * 2.2],
      shape: ellipse(x, y + r * 0.3, r, r * 1.4),
      shade: (u, v) => tone * (0.8 + 0.25 * ramp(y + r, y - r, v) + 0.1 * (u - x)),
      soft: 0.3,
      opacity: 0.94,
    });
  }
}
