// An SVG text by `paint` as a tree, read without a browser. It takes what `paint` writes: no comments, no CDATA, no single quotes.

export interface Tag {
  name: string;
  attributes: Readonly<Record<string, string>>;
  children: Tag[];
  text: string;
}

const TOKEN = /<(\/?)([a-z]+)([^>]*?)(\/?)>|([^<]+)/g;
const ATTRIBUTE = / ([\w:-]+)="([^"]*)"/g;
const ENTITIES: Record<string, string> = { "&amp;": "&", "&lt;": "<", "&gt;": ">", "&quot;": '"', "&#39;": "'" };

export function parsed(svg: string): Tag {
  const open: Tag[] = [{ name: "", attributes: {}, children: [], text: "" }];
  TOKEN.lastIndex = 0;
  for (let token; (token = TOKEN.exec(svg)); ) {
    const inside = open[open.length - 1]!;
    if (token[5] !== undefined) inside.text += unescaped(token[5]);
    else if (token[1]) open.pop();
    else {
      const tag = { name: token[2]!, attributes: attributes(token[3]!), children: [], text: "" };
      inside.children.push(tag);
      if (!token[4]) open.push(tag);
    }
  }
  return open[0]!.children[0]!;
}

function attributes(text: string): Tag["attributes"] {
  const values: Record<string, string> = {};
  ATTRIBUTE.lastIndex = 0;
  for (let pair; (pair = ATTRIBUTE.exec(text)); ) values[pair[1]!] = unescaped(pair[2]!);
  return values;
}

function unescaped(text: string): string {
  return text.includes("&") ? text.replace(/&[#\w]+;/g, (entity) => ENTITIES[entity] ?? entity) : text;
}
