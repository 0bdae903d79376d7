/** The head without hair: outline, ears, and the relief of cheeks, nose and chin under the light. */

import { clamp, ellipse, hill, ramp, squircle, type Field } from './canvas.ts';
import type { Scene } from './scene.ts';

export const eyeLine = -0.02;

/** The outline of the head: an ellipse above, squarer and narrower towards the chin by `jaw` and `taper`. */
export function faceShape({ traits }: Scene): Field {
  const { width, jaw, taper } = traits.face;
  const turned = traits.pose.yaw * 0.1;
  return (u, v) => {
    if (v < 0) {
      const x = u / width;
      return (Math.sqrt(x * x + v * v * 0.96) - 1) * width;
    }
    const narrow = width * (1 - taper * v * v);
    const x = ((u - turned * v) / narrow) ** 2;
    const y = v * v;
    return (Math.sqrt(squircle(x, y, jaw)) - 1) * width;
  };
}

/** Slopes that the nose adds to the face's normal; written into `out` as [right, down]. */
function noseRelief(scene: Scene, out: Float64Array): (u: number, v: number) => void {
  const { nose } = scene.traits;
  const { yaw } = scene.traits.pose;
  const tipU = yaw * 0.3;
  const tipV = eyeLine + nose.length - 0.03;
  return (u, v) => {
    const t = (v - eyeLine + 0.06) / (nose.length + 0.06);
    if (t < 0 || t > 1.35) return;
    const half = nose.width * (0.55 + 0.75 * t * t);
    const q = (u - yaw * (0.15 + 0.15 * t)) / half;
    if (q > -1.5 && q < 1.5) {
      const ridge = hill((q * q) / 2.25) * ramp(0, 0.25, t) * ramp(1.2, 0.95, t);
      out[0] = out[0] + 0.75 * q * ridge;
    }
    const x = (u - tipU) / 0.15;
    const y = (v - tipV) / 0.13;
    const tip = hill(x * x + y * y);
    out[0] = out[0] + 0.5 * tip * x;
    out[1] = out[1] + 0.8 * tip * y;
  };
}

function skinField(scene: Scene): Field {
  const { traits, lit, turn } = scene;
  const { face, skin, nose, mouth } = traits;
  const { yaw } = traits.pose;
  const slope = new Float64Array(2);
  const relief = noseRelief(scene, slope);
  const cheeks = [turn(-0.4), turn(0.4)] as const;
  const eyes = [turn(-traits.eyes.apart), turn(traits.eyes.apart)] as const;
  const lipU = turn(0, 0.2);
  const noseU = yaw * 0.27;
  const noseV = eyeLine + nose.length;
  return (u, v) => {
    slope[0] = ((u - yaw * 0.08) / face.width) * 0.82;
    slope[1] = v * 0.55 + (v < -0.3 ? (v + 0.3) * 0.3 : 0);
    relief(u, v);
    let dark = 0;
    for (let side = 0; side < 2; side++) {
      const x = (u - cheeks[side as 0 | 1]) / 0.3;
      const y = (v - 0.3) / 0.28;
      const cheek = 0.4 * hill(x * x + y * y);
      slope[0] += cheek * x;
      slope[1] += cheek * y;
      const ex = (u - eyes[side as 0 | 1]) / 0.27;
      const ey = (v - eyeLine + 0.03) / 0.19;
      dark += 0.2 * hill(ex * ex + ey * ey);
      // The fold from the nose's wing to the corner of the mouth, deeper with age and with a smile.
      if (v > 0.38 && v < 0.7) {
        const out = lipU + (side * 2 - 1) * (0.16 + 0.55 * (v - 0.38) + mouth.smile * 0.5);
        dark += (0.05 + 0.12 * face.age * face.age) * hill(((u - out) / 0.05) ** 2) * ramp(0.7, 0.5, v);
      }
    }
    dark += 0.16 * hill(((u - lipU) / 0.2) ** 2 + ((v - 0.77) / 0.07) ** 2);
    dark += 0.25 * hill(((u - noseU) / (nose.width * 1.3)) ** 2 + ((v - noseV - 0.07) / 0.05) ** 2);
    const chin = 0.35 * hill(((u - lipU) / 0.25) ** 2 + ((v - 0.9) / 0.16) ** 2);
    slope[1] += chin * (v - 0.9) * 6;
    return lit(skin * (1 - dark), clamp(slope[0], -1, 1), clamp(slope[1], -1, 1));
  };
}

function paintEars(scene: Scene): void {
  const { canvas, head, traits, lit } = scene;
  for (const side of [-1, 1]) {
    const u = side * traits.face.width * 1.0 - traits.pose.yaw * 0.12;
    const box = [u - 0.2, -0.2, u + 0.2, 0.42] as const;
    const shade: Field = (x) => lit(traits.skin * 0.86, side * 0.6 + (x - u) * 2, 0);
    canvas.paint(head, { box, shape: ellipse(u, 0.1, 0.11, 0.22), shade });
    canvas.paint(head, {
      box,
      shape: ellipse(u + side * 0.02, 0.08, 0.05, 0.14),
      shade: traits.skin * traits.light.exposure * 0.45,
      opacity: 0.6,
      soft: 0.05,
    });
  }
}

/** Paints ears, face and nostrils. */
export function paintFace(scene: Scene): void {
  const { canvas, head, traits } = scene;
  paintEars(scene);
  canvas.paint(head, { box: [-1, -1.1, 1, 1.1], shape: faceShape(scene), shade: skinField(scene) });
  const v = eyeLine + traits.nose.length + 0.035;
  for (const side of [-1, 1]) {
    const u = traits.pose.yaw * 0.27 + side * traits.nose.width * 0.5;
    canvas.paint(head, {
      box: [u - 0.1, v - 0.08, u + 0.1, v + 0.08],
      shape: ellipse(u, v, 0.042, 0.02),
      shade: traits.skin * 0.2 * traits.light.exposure,
      opacity: 0.75,
      soft: 0.03,
    });
  }
}
