// What is large comes from the kernel as zlib's bytes: a small part of the size over the wire and in a saved notebook.

export function inflated(bytes: BufferSource & BlobPart): Response {
  return new Response(new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate")));
}
