// A picture as SVG text: plain attributes only, so that every reader draws the same, byte for byte alike everywhere.

import { FAMILY, fontFaces, isBold } from "../core/font";
import { xml } from "../core/text";
import type { Mark, Picture, Shape, Step, Text } from "./marks";

export function svg({ width, height, title, page, marks }: Picture, embedFont = false): string {
  const lines = [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" role="img">`,
  ];
  if (title) lines.push(`<title>${xml(title)}</title>`);
  if (embedFont) lines.push(`<defs><style>${fontFaces()}</style></defs>`);
  if (page) lines.push(`<rect width="${width}" height="${height}" fill="${page}"/>`);
  for (const mark of marks) write(mark, lines);
  lines.push("</svg>");
  return lines.join("\n");
}

function write(mark: Mark, lines: string[]): void {
  if ("shapes" in mark) lines.push(mark.shapes.map(tag).join(""));
  else if ("text" in mark) lines.push(text(mark));
  else {
    const move = mark.move ? ` transform="translate(${mark.move.join(" ")})"` : "";
    const opacity = mark.opacity === undefined ? "" : ` opacity="${mark.opacity}"`;
    const title = mark.title === undefined ? "" : `<title>${xml(mark.title)}</title>`;
    lines.push(`<g${move}${opacity}>${title}`);
    for (const inner of mark.marks) write(inner, lines);
    lines.push("</g>");
  }
}

function tag(shape: Shape): string {
  const [name, attributes] = element(shape);
  return `<${name}${attributes.map(([name, value]) => ` ${name}="${value}"`).join("")}/>`;
}

/** A shape as an SVG element: its name and its attributes. */
export function element(shape: Shape): [name: string, attributes: [string, string | number][]] {
  const [name, place] = outline(shape);
  const { fill, fillOpacity, stroke, strokeWidth, strokeOpacity, dash, roundEnds, roundCorners } = shape;
  const ink: [string, string | number | undefined | false][] = [
    ["fill", fill],
    ["fill-opacity", fillOpacity],
    ["stroke", stroke],
    ["stroke-width", strokeWidth],
    ["stroke-opacity", strokeOpacity],
    ["stroke-dasharray", dash?.join(" ")],
    ["stroke-linecap", roundEnds && "round"],
    ["stroke-linejoin", roundCorners && "round"],
  ];
  const given = (pair: (typeof ink)[number]): pair is [string, string | number] =>
    pair[1] !== undefined && pair[1] !== false;
  return [name, [...place, ...ink.filter(given)]];
}

function outline(shape: Shape): [name: string, attributes: [string, string | number][]] {
  if ("path" in shape) return ["path", [["d", shape.path.map(step).join("")]]];
  if ("circle" in shape)
    return [
      "circle",
      [
        ["cx", shape.circle.x],
        ["cy", shape.circle.y],
        ["r", shape.circle.radius],
      ],
    ];
  const { x, y, width, height } = shape.rect;
  const radius: [string, number][] = shape.radius === undefined ? [] : [["rx", shape.radius]];
  return ["rect", [["x", x], ["y", y], ["width", width], ["height", height], ...radius]];
}

function step([command, ...numbers]: Step): string {
  if (command !== "a") return command + numbers.join(" ");
  const [radius, x, y] = numbers;
  return `a${radius} ${radius} 0 0 1 ${x} ${y}`;
}

function text({ text, x, y, size, face, fill, anchor }: Text): string {
  const weight = isBold(face) ? ' font-weight="bold"' : "";
  const place = anchor === "start" ? "" : ` text-anchor="${anchor}"`;
  return `<text x="${x}" y="${y}" font-family="${FAMILY[face]}" font-size="${size}"${weight} fill="${fill}"${place} xml:space="preserve">${xml(text)}</text>`;
}
