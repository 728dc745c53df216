// A picture as PDF: one page of its size, vectors, and text as text in embedded fonts. A few kB in the bundle, where
// jsPDF with svg2pdf.js would be 160 kB gzipped.

import { strToU8, zlibSync } from "fflate";
import { type Face, isBold, measure } from "../core/font";
import { visible } from "../core/text";
import type { Group, Mark, Picture, Shape, Text } from "./marks";
import { absolute } from "./path";
import { type TrueType, trueType } from "./truetype";

const PT_PER_PX = 0.75;
const LONGEST = 14_400; // units a side that every reader accepts; a larger page declares larger units
const LONGEST_TITLE = 500; // characters
const SHARPNESS = 4; // pixels for each px, of text that is drawn as an image
export const BASELINE = 1.1; // font sizes from the top of such an image to its baseline

/**
 * Draws characters that the bundled font lacks (Chinese, an emoji) in another font. Returns RGBA, `width` by `height`
 * px at `sharpness`.
 */
export type Borrow = (
  run: string,
  width: number,
  height: number,
  sharpness: number,
  size: number,
  face: Face,
  fill: string,
) => Uint8ClampedArray;

export interface PdfOptions {
  /** Draws what the bundled fonts lack. Without it, that stays blank. */
  borrow?: Borrow;
  /** Streams are deflated; default true. */
  compressed?: boolean;
}

export interface Pdf {
  bytes: Uint8Array<ArrayBuffer>;
  /** What the bundled fonts lack. */
  lacking: string[];
}

/** The PDF of a picture. */
export function pdf(picture: Picture, title: string, { borrow, compressed = true }: PdfOptions = {}): Pdf {
  const { width, height, page: color, marks } = picture;
  const unit = Math.max(1, (Math.max(width, height) * PT_PER_PX) / LONGEST);
  const scale = PT_PER_PX / unit;
  const writer = new Writer(compressed);
  const [catalog, pages, page, resources] = [writer.next(), writer.next(), writer.next(), writer.next()];
  const drawing = new Drawing(writer, borrow, resources, width, height);
  const paper: Mark[] = color ? [{ shapes: [{ rect: { x: 0, y: 0, width, height }, fill: color }] }] : [];
  const content = writer.stream(
    "",
    strToU8(`${scale} 0 0 ${-scale} 0 ${height * scale} cm 4 M\n${drawing.draw([...paper, ...marks])}`, true),
  );
  const used = [...drawing.texts.values()].map((text) => `/${text.face} ${text.embed(writer)} 0 R`);
  writer.put(catalog, `<</Type/Catalog/Pages ${pages} 0 R/ViewerPreferences<</DisplayDocTitle true>>>>`);
  writer.put(pages, `<</Type/Pages/Kids[${page} 0 R]/Count 1>>`);
  writer.put(
    page,
    `<</Type/Page/Parent ${pages} 0 R/MediaBox[0 0 ${width * scale} ${height * scale}]/UserUnit ${unit}/Contents ${content} 0 R` +
      `/Resources ${resources} 0 R/Group<</S/Transparency/CS/DeviceRGB>>>>`,
  );
  writer.put(resources, `<</Font<<${used.join("")}>>/ExtGState<<${drawing.states}>>/XObject<<${drawing.parts}>>>>`);
  const info = writer.next();
  writer.put(info, `<</Title<FEFF${utf16(visible(title.slice(0, LONGEST_TITLE)))}>>/Producer(nnsight-graphwidget)>>`);
  return { bytes: writer.file(catalog, info), lacking: [...drawing.lacking] };
}

/** Marks as a page's content. */
class Drawing {
  readonly texts = new Map<Face, Lettering>();
  readonly lacking = new Set<string>();
  private readonly alphas = new Map<string, string>();
  private readonly objects: number[] = [];

  constructor(
    private readonly writer: Writer,
    private readonly borrow: Borrow | undefined,
    private readonly resources: number,
    private readonly width: number,
    private readonly height: number,
  ) {}

  /** Entries of the page's resources: degrees of opacity; groups drawn as one, and pictures. */
  get states(): string {
    return [...this.alphas].map(([alpha, name]) => `/${name}<<${alpha}>>`).join("");
  }

  get parts(): string {
    return this.objects.map((id) => `/X${id} ${id} 0 R`).join("");
  }

  draw(marks: readonly Mark[]): string {
    return marks
      .map((mark) => {
        if ("shapes" in mark) return mark.shapes.map((shape) => this.shape(shape)).join("");
        return "text" in mark ? this.text(mark) : this.group(mark);
      })
      .join("");
  }

  private group({ marks, move, opacity }: Group): string {
    const content = this.draw(marks);
    if (move) return `q 1 0 0 1 ${move[0]} ${move[1]} cm\n${content}Q\n`;
    if (opacity === undefined) return content;
    const id = this.writer.stream(
      `/Type/XObject/Subtype/Form/BBox[0 0 ${this.width} ${this.height}]/Group<</S/Transparency>>/Resources ${this.resources} 0 R`,
      strToU8(content, true),
    );
    this.objects.push(id);
    return `q ${this.alpha(opacity, opacity)}/X${id} Do Q\n`;
  }

  private shape(shape: Shape): string {
    const { fill, stroke, strokeWidth = 1, dash, roundEnds, roundCorners } = shape;
    const filled = fill !== undefined && fill !== "none";
    let style = this.alpha(shape.fillOpacity, shape.strokeOpacity);
    if (filled) style += `${color(fill)} rg `;
    if (stroke) {
      style += `${color(stroke)} RG ${strokeWidth} w `;
      if (dash) style += `[${dash.join(" ")}] 0 d `;
      if (roundEnds) style += "1 J ";
      if (roundCorners) style += "1 j ";
    }
    return `q ${style}${outline(shape)}${filled && stroke ? "B" : filled ? "f" : "S"} Q\n`;
  }

  private text({ text: content, x: at, y, size, face, fill, anchor }: Text): string {
    let text = this.texts.get(face);
    if (!text) {
      text = new Lettering(face, trueType(face));
      this.texts.set(face, text);
    }
    const x = at - { start: 0, middle: 0.5, end: 1 }[anchor] * measure(content, size, face);
    let drawn = `BT ${color(fill)} rg /${face} ${size} Tf 1 0 0 -1 ${short(x)} ${y} Tm <${text.codes(content)}> Tj ET\n`;
    for (const [left, run] of text.lacking(content))
      drawn += this.borrowed(run, x + measure(left, size, face), y, size, face, fill);
    return drawn;
  }

  /** Characters that the bundled font lacks, in a font of the system. */
  private borrowed(run: string, x: number, y: number, size: number, face: Face, fill: string): string {
    this.lacking.add(run);
    if (!this.borrow) return "";
    const [width, height] = [Math.ceil(measure(run, size, face)), Math.ceil(1.5 * size)];
    const data = this.borrow(run, width, height, SHARPNESS, size, face, fill);
    const image = `/Type/XObject/Subtype/Image/Width ${width * SHARPNESS}/Height ${height * SHARPNESS}/BitsPerComponent 8`;
    const opacity = this.writer.stream(
      `${image}/ColorSpace/DeviceGray`,
      Uint8Array.from(data.filter((_, at) => at % 4 === 3)),
    );
    const id = this.writer.stream(
      `${image}/ColorSpace/DeviceRGB/SMask ${opacity} 0 R`,
      Uint8Array.from(data.filter((_, at) => at % 4 !== 3)),
    );
    this.objects.push(id);
    return `q ${width} 0 0 ${-height} ${short(x)} ${short(y - BASELINE * size + height)} cm /X${id} Do Q\n`;
  }

  private alpha(fill: number | undefined, stroke: number | undefined): string {
    if (fill === undefined && stroke === undefined) return "";
    const key = `/ca ${fill ?? 1}/CA ${stroke ?? 1}`;
    if (!this.alphas.has(key)) this.alphas.set(key, `A${this.alphas.size}`);
    return `/${this.alphas.get(key)} gs `;
  }
}

/**
 * The text in one face. Characters are numbered in order of use, so that even one that the font lacks, a blank, can be
 * copied.
 */
class Lettering {
  private readonly characters = ["\ufffd"]; // 0 is for what is missing
  private readonly numbers = new Map<string, number>();

  constructor(
    readonly face: Face,
    private readonly font: TrueType,
  ) {}

  codes(text: string): string {
    return [...text].map((char) => hex(this.numberOf(char))).join("");
  }

  /** Runs of characters that the font lacks, each after what is left of it. */
  *lacking(text: string): Iterable<[left: string, run: string]> {
    let [left, run] = ["", ""];
    for (const char of [...text, ""]) {
      if (char && !this.glyph(char)) run += char;
      else {
        if (run) yield [left, run];
        left += run + char;
        run = "";
      }
    }
  }

  private glyph(char: string): number {
    return this.font.glyph(char.codePointAt(0)!);
  }

  private numberOf(char: string): number {
    let code = this.numbers.get(char);
    if (code === undefined) {
      code = this.characters.push(char) - 1;
      this.numbers.set(char, code);
    }
    return code;
  }

  /** Puts the font into the file; returns its number there. */
  embed(writer: Writer): number {
    const { font } = this;
    const glyphs = this.characters.map((char) => this.glyph(char) || this.glyph(" "));
    const name = `${tag(glyphs)}+DejaVu${{ sans: "Sans", sansBold: "Sans-Bold", mono: "SansMono", monoBold: "SansMono-Bold" }[this.face]}`;
    const program = font.subset(glyphs);
    const outlines = writer.stream(`/Length1 ${program.length}`, program);
    const map = writer.stream("", Uint8Array.from(glyphs.flatMap((glyph) => [glyph >> 8, glyph & 255])));
    const unicode = writer.stream("", strToU8(this.unicode(), true));
    const descriptor = writer.next();
    writer.put(descriptor, describe(name, this.face, font, outlines));
    const widths = this.characters.map((char) => short(measure(char, 1000, this.face)));
    const descendant = writer.next();
    writer.put(
      descendant,
      `<</Type/Font/Subtype/CIDFontType2/BaseFont/${name}/CIDSystemInfo<</Registry(Adobe)/Ordering(Identity)/Supplement 0>>` +
        `/FontDescriptor ${descriptor} 0 R/W[0[${widths.join(" ")}]]/CIDToGIDMap ${map} 0 R>>`,
    );
    const id = writer.next();
    writer.put(
      id,
      `<</Type/Font/Subtype/Type0/BaseFont/${name}/Encoding/Identity-H/DescendantFonts[${descendant} 0 R]/ToUnicode ${unicode} 0 R>>`,
    );
    return id;
  }

  /** The table from a character's number back to the character, for search and copying. */
  private unicode(): string {
    const lines = this.characters.map((char, code) => `<${hex(code)}> <${utf16(char)}>`);
    const blocks = [];
    for (let at = 0; at < lines.length; at += 100) {
      const block = lines.slice(at, at + 100); // as many as a block may have
      blocks.push(`${block.length} beginbfchar\n${block.join("\n")}\nendbfchar`);
    }
    return (
      "/CIDInit /ProcSet findresource begin\n12 dict begin\nbegincmap\n" +
      "/CIDSystemInfo <</Registry (Adobe) /Ordering (UCS) /Supplement 0>> def\n/CMapName /Adobe-Identity-UCS def\n/CMapType 2 def\n" +
      `1 begincodespacerange\n<0000> <FFFF>\nendcodespacerange\n${blocks.join("\n")}\n` +
      "endcmap\nCMapName currentdict /CMap defineresource pop\nend\nend"
    );
  }
}

function describe(name: string, face: Face, { box, ascent, descent }: TrueType, outlines: number): string {
  const flags = 32 + (face.startsWith("mono") ? 1 : 0); // Latin letters; all of one width
  return (
    `<</Type/FontDescriptor/FontName/${name}/Flags ${flags}/FontBBox[${box.join(" ")}]/ItalicAngle 0` +
    `/Ascent ${ascent}/Descent ${descent}/CapHeight 729/StemV ${isBold(face) ? 140 : 80}/FontFile2 ${outlines} 0 R>>`
  );
}

/** Six letters that tell one subset of a font from another. */
function tag(glyphs: number[]): string {
  let hash = 0;
  for (const glyph of glyphs) hash = (hash * 31 + glyph) % 26 ** 6;
  return Array.from({ length: 6 }, (_, at) => String.fromCharCode(65 + (Math.floor(hash / 26 ** at) % 26))).join("");
}

/** Objects by number, and at the end the table of where each of them starts. */
class Writer {
  private readonly objects: Uint8Array[][] = [];

  constructor(private readonly compressed: boolean) {}

  /** A number for an object that is put there later. */
  next(): number {
    return this.objects.push([]);
  }

  put(id: number, object: string): void {
    this.objects[id - 1] = [strToU8(object, true)];
  }

  stream(entries: string, content: Uint8Array): number {
    const packed = this.compressed ? zlibSync(content) : content;
    const filter = this.compressed ? "/Filter/FlateDecode" : "";
    return this.objects.push([
      strToU8(`<<${entries}${filter}/Length ${packed.length}>>\nstream\n`, true),
      packed,
      strToU8("\nendstream"),
    ]);
  }

  file(catalog: number, info: number): Uint8Array<ArrayBuffer> {
    const parts: Uint8Array[] = [strToU8("%PDF-1.7\n%\u00b5\u00b6\n")]; // characters past ASCII say that bytes follow
    let size = parts[0]!.length;
    const add = (part: Uint8Array): void => {
      size += part.length;
      parts.push(part);
    };
    const starts = this.objects.map((object, index) => {
      const start = size;
      [strToU8(`${index + 1} 0 obj\n`), ...object, strToU8("\nendobj\n")].forEach(add);
      return start;
    });
    const table = starts.map((start) => `${String(start).padStart(10, "0")} 00000 n \n`).join("");
    const count = starts.length + 1;
    add(
      strToU8(
        `xref\n0 ${count}\n0000000000 65535 f \n${table}trailer\n<</Size ${count}/Root ${catalog} 0 R/Info ${info} 0 R>>\nstartxref\n${size}\n%%EOF\n`,
      ),
    );
    return joined(parts, size);
  }
}

function joined(parts: readonly Uint8Array[], size: number): Uint8Array<ArrayBuffer> {
  const all = new Uint8Array(size);
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

function outline(shape: Shape): string {
  if ("rect" in shape && !shape.radius) {
    const { x, y, width, height } = shape.rect;
    return `${x} ${y} ${width} ${height} re `;
  }
  const operators = { move: "m", line: "l", curve: "c", close: "h" };
  return absolute(shape)
    .map(([kind, ...numbers]) => `${numbers.map((number) => `${short(number)} `).join("")}${operators[kind]} `)
    .join("");
}

/** `#rrggbb` as three shares. */
function color(value: string): string {
  return [1, 3, 5].map((at) => short(Number.parseInt(value.slice(at, at + 2), 16) / 255)).join(" ");
}

function short(value: number): string {
  return String(Math.round(value * 1000) / 1000);
}

function hex(code: number): string {
  return code.toString(16).padStart(4, "0").toUpperCase();
}

function utf16(text: string): string {
  return Array.from({ length: text.length }, (_, at) => hex(text.charCodeAt(at))).join("");
}
