import { crc32, deflateSync, inflateSync } from "node:zlib";

/** Rewrites a screenshot with a palette of its 256 most used colors. Text and plain areas then take a third. */
export function withPalette(png: Buffer): Buffer {
  const { width, height, pixels } = decode(png);
  const counts = new Map<number, number>();
  for (const color of pixels) counts.set(color, (counts.get(color) ?? 0) + 1);
  const byUse = [...counts].sort(([, one], [, other]) => other - one).map(([color]) => color);
  const palette = byUse.slice(0, 256);
  const places = new Map(byUse.map((color, place) => [color, place < 256 ? place : nearest(palette, color)]));
  const rows = Buffer.alloc(height * (width + 1));
  pixels.forEach((color, at) => {
    rows[Math.floor(at / width) * (width + 1) + 1 + (at % width)] = places.get(color) ?? 0;
  });
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([8, 3, 0, 0, 0], 8);
  const colors = Buffer.from(palette.flatMap(channels));
  const chunks = [chunk("IHDR", header), chunk("PLTE", colors), chunk("IDAT", deflateSync(rows, { level: 9 }))];
  return Buffer.concat([png.subarray(0, 8), ...chunks, chunk("IEND", Buffer.alloc(0))]);
}

/** The pixels of a PNG with 8 bits for each of red, green and blue, as Chromium writes it. */
function decode(png: Buffer): { width: number; height: number; pixels: Uint32Array } {
  if (png.readUInt16BE(24) !== 0x0802) throw new Error("the screenshot is not plain RGB");
  const [width, height] = [png.readUInt32BE(16), png.readUInt32BE(20)];
  const parts: Buffer[] = [];
  for (let at = 8; at < png.length; at += 12 + png.readUInt32BE(at)) {
    if (png.toString("latin1", at + 4, at + 8) === "IDAT") {
      parts.push(png.subarray(at + 8, at + 8 + png.readUInt32BE(at)));
    }
  }
  const raw = inflateSync(Buffer.concat(parts));
  const stride = width * 3;
  const pixels = new Uint32Array(width * height);
  let above = new Uint8Array(stride);
  for (let y = 0; y < height; y++) {
    const start = y * (stride + 1);
    const line = new Uint8Array(raw.subarray(start + 1, start + 1 + stride));
    unfilter(raw[start] ?? 0, line, above);
    for (let x = 0; x < width; x++) {
      pixels[y * width + x] = ((line[3 * x] ?? 0) << 16) | ((line[3 * x + 1] ?? 0) << 8) | (line[3 * x + 2] ?? 0);
    }
    above = line;
  }
  return { width, height, pixels };
}

/** Undoes the filter of one line: section 9 of the PNG specification. */
function unfilter(filter: number, line: Uint8Array, above: Uint8Array): void {
  for (let at = 0; at < line.length; at++) {
    const left = line[at - 3] ?? 0;
    const up = above[at] ?? 0;
    const corner = at < 3 ? 0 : (above[at - 3] ?? 0);
    const predicted = [0, left, up, (left + up) >> 1, paeth(left, up, corner)][filter] ?? 0;
    line[at] = (line[at] ?? 0) + predicted;
  }
}

function paeth(left: number, up: number, corner: number): number {
  const [toLeft, toUp, toCorner] = [up - corner, left - corner, left + up - 2 * corner].map(Math.abs) as [
    number,
    number,
    number,
  ];
  if (toLeft <= toUp && toLeft <= toCorner) return left;
  return toUp <= toCorner ? up : corner;
}

function nearest(palette: number[], color: number): number {
  const [red = 0, green = 0, blue = 0] = channels(color);
  const distances = palette.map((one) => {
    const [r = 0, g = 0, b = 0] = channels(one);
    return (r - red) ** 2 + (g - green) ** 2 + (b - blue) ** 2;
  });
  return distances.indexOf(Math.min(...distances));
}

function channels(color: number): number[] {
  return [color >> 16, (color >> 8) & 255, color & 255];
}

function chunk(kind: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(kind, "latin1"), data]);
  const framed = Buffer.alloc(body.length + 8);
  framed.writeUInt32BE(data.length, 0);
  framed.set(body, 4);
  framed.writeUInt32BE(crc32(body), body.length + 4);
  return framed;
}
