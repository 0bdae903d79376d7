/** Eyes, brows and mouth, drawn over the lit face. */

import { clamp, ellipse, hill, type Field } from './canvas.ts';
import { eyeLine } from './face.ts';
import type { Scene } from './scene.ts';

function paintEye(scene: Scene, side: number): void {
  const { canvas, head, traits, turn, lit } = scene;
  const { eyes, skin, pose, light } = traits;
  const u0 = turn(side * eyes.apart);
  const width = eyes.width * (1 - 0.16 * pose.yaw * side);
  const open = eyes.open * (traits.mouth.smile > 0.05 ? 0.85 : 1);
  const box = [u0 - 0.26, eyeLine - 0.25, u0 + 0.26, eyeLine + 0.2] as const;
  // The upper lid arches more than the lower one.
  const almond: Field = (u, v) => {
    const q = (u - u0) / width;
    const y = v - eyeLine + 0.012 * side * q;
    return (y < 0 ? -y - open * (1 - q * q) : y - 0.7 * open * (1 - q * q)) * 0.9;
  };
  const dim = (tone: number): number => lit(tone, side * 0.2, 0);
  canvas.paint(head, {
    box,
    shape: almond,
    shade: (u, v) =>
      dim(0.8 - 0.25 * clamp((eyeLine - v) / open) - 0.2 * hill((1 - Math.abs(u - u0) / width) ** 2 * 4)),
  });
  const irisU = u0 + eyes.look + pose.yaw * 0.03;
  const iris = ellipse(irisU, eyeLine - 0.006, 0.068, 0.068);
  canvas.paint(head, {
    box,
    shape: (u, v) => Math.max(iris(u, v), almond(u, v)),
    shade: (u, v) =>
      dim(iris(u, v) > -0.014 ? eyes.iris * 0.4 : iris(u, v) > -0.038 ? eyes.iris + 0.08 : 0.03),
  });
  canvas.paint(head, {
    box,
    shape: ellipse(irisU + light.x * 0.03, eyeLine - 0.032, 0.015, 0.015),
    shade: 0.95 * light.exposure,
  });
  const lid = (lift: number, half: number, bend: number): Field => {
    return (u, v) => {
      const q = (u - u0) / (width * 1.1);
      if (q < -1.05 || q > 1.05) return 1;
      const outward = 0.75 + 0.5 * q * side;
      return (
        Math.abs(v - eyeLine + 0.012 * side * q + (open * bend + lift) * (1 - q * q)) -
        half * outward * (1.1 - q * q)
      );
    };
  };
  canvas.paint(head, { box, shape: lid(0.01, eyes.lash, 1), shade: skin * 0.12 });
  canvas.paint(head, {
    box,
    shape: lid(0.055, 0.01, 1),
    shade: skin * 0.45 * light.exposure,
    opacity: 0.6,
    soft: 0.02,
  });
  canvas.paint(head, {
    box,
    shape: lid(-0.01, 0.008, -0.7),
    shade: skin * 0.4 * light.exposure,
    opacity: 0.6,
    soft: 0.02,
  });
}

function paintBrow(scene: Scene, side: number): void {
  const { canvas, head, traits, turn, noise } = scene;
  const { brows, eyes, skin, hair, light } = traits;
  const u0 = turn(side * (eyes.apart + 0.015), 0.14);
  const width = 0.19 * (1 - 0.14 * traits.pose.yaw * side);
  const v0 = eyeLine - brows.lift;
  const tone = Math.min(hair.tone * 0.75, skin * 0.55) * light.exposure;
  canvas.paint(head, {
    box: [u0 - 0.25, v0 - 0.2, u0 + 0.25, v0 + 0.2],
    shape: (u, v) => {
      const q = ((u - u0) / width) * side;
      if (q < -1.1 || q > 1.15) return 1;
      const arch = v0 + brows.arch * (q - 0.25) * (q - 0.25) - 0.02;
      return (
        Math.abs(v - arch) -
        brows.thick * (q < -0.8 ? 1.1 * (1.1 + q) * 3.3 : 1.05 - 0.35 * q) * (1 + 0.2 * noise(u * 60))
      );
    },
    shade: (u, v) => tone * (1 + 0.35 * noise(u * 70 + v * 30)),
    opacity: 0.88,
    soft: 0.018,
  });
}

/** Paints the mouth; after the beard, which leaves the lips free. */
export function paintMouth(scene: Scene): void {
  const { canvas, head, traits, turn, lit } = scene;
  const { mouth, skin } = traits;
  const u0 = turn(0, 0.2);
  const v0 = 0.61 + mouth.smile * 0.25;
  const width = mouth.width * (1 - 0.08 * Math.abs(traits.pose.yaw));
  const gap = mouth.open ? 0.075 : 0;
  const lip = skin * (mouth.lipstick > 0 ? 1 - mouth.lipstick : 0.72);
  const line = (q: number): number => v0 - mouth.smile * q * q;
  const band = (low: (q: number) => number, high: (q: number) => number): Field => {
    return (u, v) => {
      const q = (u - u0) / width;
      const d = Math.max(line(q) + low(q) - v, v - line(q) - high(q));
      return q < -1 || q > 1 ? Math.max(d, (Math.abs(q) - 1) * width + 0.001) : d;
    };
  };
  const arc = (q: number): number => (q < -1 || q > 1 ? 0 : 1 - q * q);
  const bow = (q: number): number => -mouth.upper * arc(q) * (1 - 0.3 * hill(q * q * 12));
  const below = (q: number): number => (gap + mouth.lower) * arc(q) * (1.1 - 0.1 * q * q);
  const box = [u0 - 0.42, v0 - 0.25, u0 + 0.42, v0 + 0.3] as const;
  canvas.paint(head, {
    box,
    shape: band(bow, (q) => 0.01 * arc(q)),
    shade: (u) => lit(lip * 0.82, (u - u0) * 1.2, 0.15),
    soft: 0.015,
  });
  canvas.paint(head, {
    box,
    shape: band((q) => gap * arc(q), below),
    shade: (u, v) => {
      const shine = hill(((u - u0) / 0.12) ** 2 + ((v - v0 - gap - mouth.lower * 0.45) / 0.03) ** 2);
      return lit(lip, (u - u0) * 1.2, (v - v0 - gap - 0.03) * 5) + 0.12 * shine;
    },
    soft: 0.015,
  });
  if (mouth.open) {
    const teeth = band(
      () => 0,
      (q) => gap * arc(q),
    );
    canvas.paint(head, {
      box,
      shape: teeth,
      shade: (u) => lit(0.88 - 1.6 * (u - u0) * (u - u0) * 6 * 0.4, 0, 0),
    });
  }
  const seam = lit(skin * (mouth.lipstick > 0 ? 0.15 : 0.28), 0, 0);
  canvas.paint(head, {
    box,
    shape: band(
      (q) => -0.006 - 0.008 * arc(q),
      (q) => 0.006 + (mouth.open ? 0 : 0.008 * arc(q)),
    ),
    shade: seam,
    opacity: 0.85,
    soft: 0.012,
  });
}

/** Paints both eyes and both brows. */
export function paintEyes(scene: Scene): void {
  for (const side of [-1, 1]) {
    paintEye(scene, side);
    paintBrow(scene, side);
  }
}
