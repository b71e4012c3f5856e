// A picture laid on the map by a mesh: places of a lattice over the picture, and where they lie on the map. Drawn as
// triangles, each with its own affine mapping: near enough for the eye; what is saved is warped pixel by pixel.
import ImageLayer from "ol/layer/Image.js";
import ImageCanvas from "ol/source/ImageCanvas.js";

export class Warp {
  constructor(projection) {
    this.projection = projection;
    this.layer = new ImageLayer({ className: "overlay", opacity: 0.6 });
    this.mesh = null; // { count, places: [[x, y], …] row by row }
  }

  // the picture, an <img> that is loaded, and the size that its pixels are counted in
  setPicture(image, size) {
    Object.assign(this, { image, size });
    this.show(this.mesh);
  }

  show(mesh) {
    this.mesh = mesh;
    if (!mesh || !this.image) this.layer.setSource(null);
    else this.layer.setSource(new ImageCanvas({ projection: this.projection, ratio: 1.2, canvasFunction: (...view) => this.#draw(...view) }));
  }

  // where a place of the picture lies on the map; null without a mesh
  at([column, row]) {
    if (!this.mesh) return null;
    const { count, places } = this.mesh;
    const [u, v] = [(column / this.size[0]) * (count - 1), (row / this.size[1]) * (count - 1)];
    const [left, top] = [u, v].map((value) => Math.min(count - 2, Math.max(0, Math.floor(value))));
    const corner = (right, down) => places[(top + down) * count + left + right];
    const [a, b] = [u - left, v - top];
    return [0, 1].map((axis) => (1 - b) * ((1 - a) * corner(0, 0)[axis] + a * corner(1, 0)[axis]) + b * ((1 - a) * corner(0, 1)[axis] + a * corner(1, 1)[axis]));
  }

  #draw([west, , , north], resolution, ratio, [width, height]) {
    const canvas = document.createElement("canvas");
    canvas.width = Math.round(width);
    canvas.height = Math.round(height);
    const context = canvas.getContext("2d");
    const scale = ratio / resolution;
    const { count, places } = this.mesh;
    const on = places.map(([x, y]) => [(x - west) * scale, (north - y) * scale]);
    const step = [this.image.naturalWidth / (count - 1), this.image.naturalHeight / (count - 1)];
    for (let row = 0; row < count - 1; row += 1) {
      for (let column = 0; column < count - 1; column += 1) {
        const at = row * count + column;
        const from = (right, down) => [(column + right) * step[0], (row + down) * step[1]];
        this.#triangle(context, [from(0, 0), from(1, 0), from(0, 1)], [on[at], on[at + 1], on[at + count]]);
        this.#triangle(context, [from(1, 1), from(0, 1), from(1, 0)], [on[at + count + 1], on[at + count], on[at + 1]]);
      }
    }
    return canvas;
  }

  #triangle(context, [p, q, r], [a, b, c]) {
    if (![a, b, c].flat().every(Number.isFinite)) return;
    const [x1, y1, x2, y2] = [q[0] - p[0], q[1] - p[1], r[0] - p[0], r[1] - p[1]];
    const area = x1 * y2 - x2 * y1;
    const [u1, v1, u2, v2] = [b[0] - a[0], b[1] - a[1], c[0] - a[0], c[1] - a[1]];
    const [xx, xy] = [(u1 * y2 - u2 * y1) / area, (u2 * x1 - u1 * x2) / area];
    const [yx, yy] = [(v1 * y2 - v2 * y1) / area, (v2 * x1 - v1 * x2) / area];
    context.save();
    context.beginPath();
    // half a pixel larger than it is, or the seams would show
    const middle = [(a[0] + b[0] + c[0]) / 3, (a[1] + b[1] + c[1]) / 3];
    for (const [x, y] of [a, b, c]) {
      const away = Math.hypot(x - middle[0], y - middle[1]) || 1;
      context.lineTo(x + (x - middle[0]) / away, y + (y - middle[1]) / away);
    }
    context.clip();
    context.setTransform(xx, yx, xy, yy, a[0] - xx * p[0] - xy * p[1], a[1] - yx * p[0] - yy * p[1]);
    const [left, top] = [Math.min(p[0], q[0], r[0]), Math.min(p[1], q[1], r[1])];
    const [wide, high] = [Math.abs(x1) + Math.abs(x2) + 1, Math.abs(y1) + Math.abs(y2) + 1];
    context.drawImage(this.image, left, top, wide, high, left, top, wide, high);
    context.restore();
  }
}
