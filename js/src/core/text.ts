// Makes text of the user's safe to draw: on one line, without invisible characters or changes of direction, valid in
// XML, bounded.

import { type Face, measure } from "./font";

const LONGEST = 1000; // characters looked at; a label is a few dozen wide

/** Control characters, bidirectional controls, other invisibles (tags, too), halves of pairs and what XML forbids. */
const UNSAFE =
  /[\u0000-\u001f\u007f-\u009f\u00ad\u061c\u115f\u1160\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\u3164\ufeff\uffa0\ufff9-\ufffb\ufffe\uffff]|\udb40[\udc00-\udc7f]|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g;
const SHORT: Record<string, string> = { "\n": "\\n", "\r": "\\r", "\t": "\\t" };

/** Names joined by dots: where a value is in a model. */
const LOCATION = /^[A-Za-z_]\w{0,200}(?:\.\w{1,200}){2,60}$/;

/** The text on one line, with what cannot be seen written as an escape (`\n`, `\u202e`). */
export function visible(text: string): string {
  return text.replace(UNSAFE, (c) => SHORT[c] ?? escapeCode(c.codePointAt(0)!));
}

/** The same for text that may have several lines and tabs, such as source in a panel. */
export function spelled(text: string): string {
  return text.replace(UNSAFE, (c) => (c === "\n" || c === "\t" ? c : escapeCode(c.codePointAt(0)!)));
}

function escapeCode(code: number): string {
  const [mark, digits] = code < 256 ? ["x", 2] : code < 65536 ? ["u", 4] : ["U", 8];
  return `\\${mark}${code.toString(16).padStart(digits as number, "0")}`;
}

/** Text for XML content and attributes. */
export function xml(text: string): string {
  return visible(text).replace(/[&<>"']/g, (c) => ENTITIES[c]!);
}

const ENTITIES: Record<string, string> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;" };

/**
 * The text, visible, and shortened if it is wider than `max` px: a location loses its first names, whole ones; other text
 * its middle.
 */
export function shortened(text: string, max: number, size: number, face: Face): string {
  if (LOCATION.test(text) && measure(text, size, face) > max)
    for (let dot = text.indexOf("."); dot >= 0; dot = text.indexOf(".", dot + 1)) {
      const end = `…${text.slice(dot + 1)}`;
      if (measure(end, size, face) <= max) return end;
    }
  const long = text.length > LONGEST;
  const whole = visible(long ? text.slice(0, LONGEST / 2) : text);
  if (!long && measure(whole, size, face) <= max) return whole;
  const head = [...whole];
  const tail = long ? [...visible(text.slice(-LONGEST / 2))] : head;
  let room = max - measure("…", size, face);
  let [start, end] = [0, 0]; // characters kept on each side; the start gets the odd one
  while (start < head.length) {
    const next = start <= end ? head[start]! : tail[tail.length - 1 - end]!;
    room -= measure(next, size, face);
    if (room < 0) break;
    if (start <= end) start++;
    else end++;
  }
  return `${head.slice(0, start).join("")}…${end ? tail.slice(-end).join("") : ""}`;
}
