/** Shoulders, clothes and neck; the head is drawn elsewhere. */

import { ellipse, hill, ramp, squircle, wave, type Field } from './canvas.ts';
import type { Scene } from './scene.ts';

/** The outline of the shoulders, a flattened hill that leaves the picture at the bottom. */
function torso(width: number): Field {
  return (u, v) => {
    const x = (u * u) / (width * width);
    const y = ((v - 2.75) * (v - 2.75)) / (1.38 * 1.38);
    return (Math.sqrt(v > 2.75 ? x : squircle(x, y, 0.55)) - 1) * 1.2;
  };
}

/** The neck with the slopes down to the shoulders. */
function neckShape(half: number): Field {
  return (u, v) => Math.abs(u) - half - 0.05 * ramp(0.8, 0.4, v) - 0.75 * Math.max(0, v - 1.12) ** 2 * 2.6;
}

function cloth(scene: Scene, tone: number): Field {
  const { lit, noise, traits } = scene;
  const ribs = traits.body.clothes === 'roll' ? 0.04 : 0;
  const stripes = traits.body.clothes === 'crew' && noise(7) > 0.3 ? 0.16 : 0;
  return (u, v) => {
    const folds =
      0.07 * noise(u * 2.2 + v * 1.4) +
      0.035 * noise(u * 5 - v * 3 + 90) +
      ribs * wave(u * 18) +
      stripes * wave(v * 7 + u * u);
    return lit(tone * (1 + folds), u * 0.42, (v - 2.4) * 0.35);
  };
}

function neckSkin(scene: Scene): Field {
  const { lit, traits } = scene;
  const { body, skin, light } = traits;
  return (u, v) => {
    const cords = 0.07 * hill(((Math.abs(u) - 0.16 - 0.1 * (1.5 - v)) / 0.07) ** 2) * ramp(1, 1.3, v);
    // The chin's shadow falls away from the light.
    const shadow = 0.42 * ramp(1.42, 1.02, v - 0.12 * (u * light.x));
    return lit(skin * (1 - shadow - cords), (u / body.neck) * 0.6, 0.1);
  };
}

/** How far down the skin shows, for each kind of clothes. */
function neckline({ traits }: Scene): Field {
  switch (traits.body.clothes) {
    case 'crew':
      return ellipse(0, 1.2, 0.62, 0.42);
    case 'vneck':
      return (u, v) => (v - 2.15 + Math.abs(u) * 1.75) * 0.5;
    case 'roll':
      return (u, v) => v - 1.1 + 0.08 * u * u;
    case 'shirt':
    case 'suit':
      return (u, v) => (v - 1.75 + Math.abs(u) * 1.1) * 0.67;
  }
}

function paintSuit(scene: Scene): void {
  const { canvas, body, traits } = scene;
  const { tone, shirt } = traits.body;
  const lapel: Field = (u, v) => Math.abs(u) - 0.62 * (2.75 - v) * 0.62;
  const coat = torso(traits.body.shoulders);
  canvas.paint(body, {
    box: [-1.1, 1.2, 1.1, 2.7],
    shape: (u, v) => Math.max(lapel(u, v) - 0.2, coat(u, v)),
    shade: cloth(scene, tone * 0.75),
  });
  canvas.paint(body, {
    box: [-0.9, 1.2, 0.9, 2.7],
    shape: (u, v) => Math.max(lapel(u, v), coat(u, v)),
    shade: cloth(scene, shirt),
  });
  if (traits.woman) return;
  const tie: Field = (u, v) => Math.abs(u) - (v < 1.72 ? 0.1 : 0.05 + (v - 1.72) * 0.1);
  const stripes = cloth(scene, traits.body.shirt - 0.55);
  canvas.paint(body, {
    box: [-0.3, 1.55, 0.3, 2.7],
    shape: tie,
    shade: (u, v) => stripes(u, v) + 0.05 * wave((u + v) * 9),
  });
}

function paintCollar(scene: Scene): void {
  const { canvas, body, traits } = scene;
  const { clothes, tone, shirt, neck } = traits.body;
  if (clothes === 'roll') {
    const half = traits.body.neck + 0.07;
    const roll: Field = (u, v) =>
      Math.max(Math.abs(u) - half - 0.12 * (v - 1.1), Math.abs(v - 1.3 - 0.06 * u * u) - 0.24);
    canvas.paint(body, { box: [-0.8, 0.9, 0.8, 1.7], shape: roll, shade: cloth(scene, tone * 1.08) });
  } else if (clothes === 'shirt' || clothes === 'suit') {
    const flap: Field = (u, v) => {
      const a = Math.abs(u);
      return (
        Math.max(
          1.3 + 0.45 * (neck - a) - v,
          v - 1.84 + Math.abs(a - 0.32) * 1.2,
          1.77 - 1.15 * a - v,
          a - neck - 0.16,
        ) * 0.7
      );
    };
    const shade = cloth(scene, clothes === 'suit' ? shirt : Math.min(0.95, tone * 1.12 + 0.05));
    canvas.paint(body, {
      box: [-0.7, 0.9, 0.7, 1.9],
      shape: (u, v) => flap(u, v) - 0.02,
      shade: (u, v) => shade(u, v) * 0.78,
    });
    canvas.paint(body, { box: [-0.7, 0.9, 0.7, 1.9], shape: flap, shade });
  } else {
    const edge = neckline(scene);
    const slopes = neckShape(neck);
    canvas.paint(body, {
      box: [-0.8, 1.2, 0.8, 2.3],
      shape: (u, v) => Math.max(Math.abs(edge(u, v) - 0.02) - 0.025, slopes(u, v) - 0.03),
      shade: cloth(scene, tone * 0.8),
    });
  }
}

/** Paints everything below the head. */
export function paintBody(scene: Scene): void {
  const { canvas, body, traits } = scene;
  const { shoulders, tone, neck } = traits.body;
  canvas.paint(body, { box: [-2.4, 1.2, 2.4, 3], shape: torso(shoulders), shade: cloth(scene, tone) });
  if (traits.body.clothes === 'suit') paintSuit(scene);
  const slopes = neckShape(neck);
  const line = neckline(scene);
  canvas.paint(body, {
    box: [-1.1, 0.4, 1.1, 2.3],
    shape: (u, v) => Math.max(slopes(u, v), line(u, v)),
    shade: neckSkin(scene),
  });
  paintCollar(scene);
}
