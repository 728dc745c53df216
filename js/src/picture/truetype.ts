// The bundled fonts as a PDF has them: TrueType, with the outlines of the characters in use only.

import { unzlibSync } from "fflate";
import type { Face } from "../core/font";
import { WOFF } from "../generated/fontdata";
import { decoded } from "./base64";

/** What a PDF needs of a font; its text comes as glyph numbers, so no character map is among it. */
const NEEDED = ["glyf", "head", "hhea", "hmtx", "loca", "maxp"];

export interface TrueType {
  /** Enclosing box of all glyphs, ascent and descent, in 1/1000 em. */
  box: number[];
  ascent: number;
  descent: number;
  /** The glyph of a code point, 0 (a box) where the font has none. */
  glyph(code: number): number;
  /** The font as a file, with the outlines of these glyphs alone. */
  subset(glyphs: Iterable<number>): Uint8Array<ArrayBuffer>;
}

const read = new Map<Face, TrueType>();

export function trueType(face: Face): TrueType {
  let font = read.get(face);
  if (!font) {
    font = opened(unpacked(decoded(WOFF[face])));
    read.set(face, font);
  }
  return font;
}

function opened(tables: Tables): TrueType {
  const [head, hhea, cmap] = ["head", "hhea", "cmap"].map((tag) => view(tables.get(tag)!)) as [
    DataView,
    DataView,
    DataView,
  ];
  const scaled = (table: DataView, at: number): number => Math.round((table.getInt16(at) * 1000) / head.getUint16(18));
  return {
    box: [36, 38, 40, 42].map((at) => scaled(head, at)),
    ascent: scaled(hhea, 4),
    descent: scaled(hhea, 6),
    glyph: (code) => glyphOf(cmap, code),
    subset: (glyphs) =>
      sfnt(new Map(NEEDED.map((tag) => [tag, tag === "glyf" ? outlines(tables, new Set(glyphs)) : tables.get(tag)!]))),
  };
}

type Tables = Map<string, Uint8Array<ArrayBuffer>>;

/** A WOFF file's tables. */
function unpacked(woff: Uint8Array<ArrayBuffer>): Tables {
  const file = view(woff);
  const tables: Tables = new Map();
  for (let entry = 44; entry < 44 + 20 * file.getUint16(12); entry += 20) {
    const [offset, packed, size] = [4, 8, 12].map((at) => file.getUint32(entry + at)) as [number, number, number];
    const bytes = woff.subarray(offset, offset + packed);
    tables.set(latin1(woff.subarray(entry, entry + 4)), packed < size ? unzlibSync(bytes) : bytes);
  }
  return tables;
}

/**
 * Looks a code point up in the character map, of which the bundled fonts have format 4 (ranges within the first
 * 65,536).
 */
function glyphOf(cmap: DataView, code: number): number {
  const table = cmap.getUint32(8);
  const size = cmap.getUint16(table + 6); // of each of the four lists: ends, starts, deltas, offsets
  for (let range = table + 14; range < table + 14 + size; range += 2) {
    if (code > cmap.getUint16(range)) continue;
    const start = cmap.getUint16(range + size + 2);
    if (code < start) return 0;
    const delta = cmap.getUint16(range + 2 * size + 2);
    const offset = cmap.getUint16(range + 3 * size + 2);
    const glyph = offset ? cmap.getUint16(range + 3 * size + 2 + offset + 2 * (code - start)) : code;
    return offset && !glyph ? 0 : (glyph + delta) & 0xffff;
  }
  return 0;
}

/**
 * The outlines of these glyphs and of what they are put together from; the others' bytes are zeros, which pack to
 * nothing.
 */
function outlines(tables: Tables, glyphs: Set<number>): Uint8Array<ArrayBuffer> {
  const glyf = tables.get("glyf")!;
  const [data, loca] = [view(glyf), view(tables.get("loca")!)];
  const long = view(tables.get("head")!).getInt16(50);
  const start = (glyph: number): number => (long ? loca.getUint32(4 * glyph) : 2 * loca.getUint16(2 * glyph));
  const kept = new Uint8Array(glyf.length);
  for (const glyph of glyphs.add(0)) {
    const [from, to] = [start(glyph), start(glyph + 1)];
    kept.set(glyf.subarray(from, to), from);
    if (from === to || data.getInt16(from) >= 0) continue;
    for (let part = from + 10, flags = MORE; flags & MORE; part += 4 + (flags & WORDS ? 4 : 2) + scaleSize(flags)) {
      flags = data.getUint16(part);
      glyphs.add(data.getUint16(part + 2)); // the loop above comes to it too
    }
  }
  return kept;
}

/** Flags of a glyph's parts. */
const WORDS = 0x01;
const MORE = 0x20;

function scaleSize(flags: number): number {
  return flags & 0x08 ? 2 : flags & 0x40 ? 4 : flags & 0x80 ? 8 : 0;
}

/** Tables as one file, without checksums: readers of PDF ask for none. */
function sfnt(tables: Tables): Uint8Array<ArrayBuffer> {
  const aligned = (size: number): number => (size + 3) & ~3;
  let at = 12 + 16 * tables.size;
  const bytes = new Uint8Array([...tables.values()].reduce((sum, table) => sum + aligned(table.length), at));
  const file = view(bytes);
  const power = Math.floor(Math.log2(tables.size));
  file.setUint32(0, 0x00010000);
  [tables.size, 16 << power, power, 16 * tables.size - (16 << power)].forEach(
    (value, index) => void file.setUint16(4 + 2 * index, value),
  );
  [...tables].forEach(([tag, table], index) => {
    const entry = 12 + 16 * index;
    bytes.set(
      [...tag].map((char) => char.charCodeAt(0)),
      entry,
    );
    file.setUint32(entry + 8, at);
    file.setUint32(entry + 12, table.length);
    bytes.set(table, at);
    at += aligned(table.length);
  });
  return bytes;
}

function view({ buffer, byteOffset, byteLength }: Uint8Array): DataView {
  return new DataView(buffer, byteOffset, byteLength);
}

function latin1(bytes: Uint8Array): string {
  return String.fromCharCode(...bytes);
}
