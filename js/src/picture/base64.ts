// Decodes base64. The engine does it where it can; the V8 of the drawing process cannot.

const DIGITS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

export function decoded(base64: string): Uint8Array<ArrayBuffer> {
  const native = Uint8Array as unknown as { fromBase64?(base64: string): Uint8Array<ArrayBuffer> };
  return native.fromBase64?.(base64) ?? byHand(base64.replace(/=+$/, ""));
}

function byHand(base64: string): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(Math.floor((base64.length * 3) / 4));
  let [bits, held, at] = [0, 0, 0];
  for (const digit of base64) {
    bits = ((bits << 6) | DIGITS.indexOf(digit)) & 0xffff;
    held += 6;
    if (held < 8) continue;
    held -= 8;
    bytes[at++] = bits >> held;
  }
  return bytes;
}
