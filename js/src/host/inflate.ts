// Unpacks what the kernel sends compressed by zlib. Elements and the bundle are a fraction of their size on the wire
// and in a saved notebook.

export function inflated(bytes: BufferSource & BlobPart): Response {
  return new Response(new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate")));
}
