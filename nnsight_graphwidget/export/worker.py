"""The process that V8 and PDFium run in; started by ``engine.py`` as a script, so it imports nothing of the package.

What goes over, both ways: two lengths of 8 bytes, little endian, and then, to the worker, a task's name and its request, and
back, what it says and a file. A request and what is said are JSON.

Arguments: the script, the most memory of V8 (bytes), the longest idle time (seconds), and the folders of the libraries.
It ends when its input does.
"""

from __future__ import annotations

import json
import os
import signal
import struct
import sys
import threading
import zlib
from typing import IO, Any

Answer = tuple[str, bytes]


def send(stream: IO[bytes], first: bytes, second: bytes) -> None:
    stream.write(struct.pack("<QQ", len(first), len(second)) + first + second)
    stream.flush()


def received(stream: IO[bytes]) -> tuple[bytes, bytes] | None:
    """The two parts of what was sent; None if the other end is gone."""
    header = stream.read(16)
    if len(header) < 16:
        return None
    first, second = struct.unpack("<QQ", header)
    return stream.read(first), stream.read(second)


class Core:
    """The JavaScript core, in V8."""

    def __init__(self, script: str, memory: str) -> None:
        from py_mini_racer import MiniRacer

        self._memory = int(memory)
        self._racer = MiniRacer()
        with open(script, encoding="utf-8") as file:
            self._racer.eval(file.read())

    def call(self, function: str, request: str) -> str:
        return str(self._racer.eval(f"ngw.{function}({json.dumps(request)})", max_memory=self._memory))


def render(core: Core, request: str) -> Answer:
    return core.call("render", request), b""


def pdf(core: Core, request: str) -> Answer:
    answer = json.loads(core.call("pdf", request))
    return json.dumps({**answer, "pdf": None}), answer.get("pdf", "").encode("latin-1")


def png(core: Core, request: str) -> Answer:
    """PDFium draws the PDF: a tenth of the time that resvg takes for the SVG, which only what our fonts lack is left to."""
    asked = json.loads(request)
    answer = json.loads(core.call("raster", json.dumps(asked["drawing"])))
    if "error" in answer:
        return json.dumps(answer), b""
    zoom, most = _zoom(answer["width"], answer["height"], asked)
    said = json.dumps({**answer, "pdf": None, "svg": None, "zoom": zoom, "most": most})
    if zoom > most and asked["exact"]:
        return said, b""
    width, height = (max(1, round(min(zoom, most) * answer[side])) for side in ("width", "height"))
    if "svg" in answer:
        import resvg_py

        return said, resvg_py.svg_to_bytes(svg_string=answer["svg"], width=width, height=height, font_files=asked["fonts"])
    pixels = _pixels(answer["pdf"].encode("latin-1"), width, height, asked["drawing"]["transparent"])
    return said, _encoded(*pixels, asked["dpi"])


def _zoom(wide: float, high: float, asked: dict[str, Any]) -> tuple[float, float]:
    """Pixels for each px of the drawing: as many as are wanted (two, or one where that is a lot), and the most there may be."""
    usual = 2.0 if 4 * wide * high <= asked["fine_pixels"] else 1.0
    wanted = asked["scale"] or (asked["width"] / wide if asked["width"] else usual)
    return wanted, min((asked["most_pixels"] / (wide * high)) ** 0.5, asked["most_side"] / wide, asked["most_side"] / high)


def _pixels(content: bytes, width: int, height: int, transparent: bool) -> tuple[memoryview, int, int, int, int]:
    """Rows of RGB or RGBA, the bytes from one row to the next, width, height, bytes a pixel."""
    import pypdfium2
    from pypdfium2 import raw

    page = pypdfium2.PdfDocument(content)[0]
    kind = raw.FPDFBitmap_BGRA if transparent else raw.FPDFBitmap_BGR
    bitmap = pypdfium2.PdfBitmap.new_native(width, height, kind, rev_byteorder=True)
    bitmap.fill_rect((255, 255, 255, 0 if transparent else 255), 0, 0, width, height)
    raw.FPDF_RenderPageBitmap(bitmap, page, 0, 0, width, height, 0, raw.FPDF_REVERSE_BYTE_ORDER)
    return memoryview(bitmap.buffer).cast("B"), bitmap.stride, width, height, bitmap.n_channels


def _encoded(rows: memoryview, stride: int, width: int, height: int, channels: int, dpi: float | None) -> bytes:
    """A PNG, none of its rows filtered: as small as with filters for lines and letters, and quicker."""
    packer = zlib.compressobj(6)
    packed = [packer.compress(b"\0" + rows[start : start + channels * width]) for start in range(0, height * stride, stride)]
    content = b"\x89PNG\r\n\x1a\n" + _chunk(
        b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2 if channels == 3 else 6, 0, 0, 0)
    )
    if dpi:  # the size of a dot, so that documents place it at its true size
        per_metre = round(dpi / 0.0254)
        content += _chunk(b"pHYs", struct.pack(">IIB", per_metre, per_metre, 1))
    return content + _chunk(b"IDAT", b"".join(packed) + packer.flush()) + _chunk(b"IEND", b"")


def _chunk(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))


TASKS = {"render": render, "pdf": pdf, "png": png}


def main(script: str, memory: str, idle: str, *folders: str) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # an interrupt of the notebook is the parent's to handle
    sys.path.extend(folders)
    core = Core(script, memory)
    while True:
        timer = threading.Timer(float(idle), os._exit, (0,))
        timer.daemon = True
        timer.start()
        asked = received(sys.stdin.buffer)
        timer.cancel()
        if asked is None:
            os._exit(0)  # V8's own end hangs now and then
        task, request = (part.decode("ascii") for part in asked)
        try:
            answer, file = TASKS[task](core, request)
        except Exception as error:  # whatever was raised is the answer
            answer, file = json.dumps({"error": f"{type(error).__name__}: {error}"[:2000]}), b""
        send(sys.stdout.buffer, answer.encode("utf-8", "surrogatepass"), file)


if __name__ == "__main__":
    main(*sys.argv[1:])
