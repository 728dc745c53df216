"""Makes bundled fonts: subsets of DejaVu, as TTF (for files), their WOFF and advance widths as TypeScript (for the browser).

WOFF and not WOFF2, a fifth smaller: a PDF made in the browser needs the outlines, and no browser unpacks WOFF2 for a script.

Run only to change what the fonts hold: ``pip install fonttools zopfli``, then ``python js/fonts/make.py FOLDER`` with the
folder that has DejaVu 2.37's TTF files (Debian: ``fonts-dejavu-core``). What it writes is committed.
"""

import base64
import io
import sys
from pathlib import Path

from fontTools import subset
from fontTools.ttLib import TTFont, sfnt

FACES = {"sans": "DejaVuSans", "sansBold": "DejaVuSans-Bold", "mono": "DejaVuSansMono", "monoBold": "DejaVuSansMono-Bold"}
LATIN = "20-7E A0-17F 2C6-2DD 2010-2027 2030-203A 2044 20AC 2122 FFFD"
GREEK = "370-3FF"
SIGNS = "2190-2199 21BA 21BB 2200-222B 2248 2260-2265 22C5 22EE-22F1 25A1 25AA 25B2-25C6 25CB 25CF 26A0 2713-2718"
CODE = "400-45F 2070-208E 2090-209C 2102 210D 2113 2115 211D 2124 21A6 21D0-21D4 2295-2299 2318 23CE 2400-2426 27E8 27E9"
HOLDS = {"sans": [LATIN, GREEK, SIGNS], "mono": [LATIN, GREEK, SIGNS, CODE]}

root = Path(__file__).parents[2]
sfnt.USE_ZOPFLI = True


def characters(face: str) -> list[int]:
    ranges = [part.split("-") for text in HOLDS[face.removesuffix("Bold")] for part in text.split()]
    return [code for ends in ranges for code in range(int(ends[0], 16), int(ends[-1], 16) + 1)]


def make(face: str, folder: Path) -> tuple[str, str]:
    """Writes one TTF; returns its widths (units of 1/2048 em, runs of equal ones joined) and its WOFF, as base64."""
    options = subset.Options(hinting=False, layout_features=[], notdef_outline=True, glyph_names=False)
    options.drop_tables += ["FFTM", "GDEF", "GPOS", "GSUB", "MATH", "kern", "gasp"]  # no kerning, no ligatures: widths add up
    font = TTFont(folder / f"{FACES[face]}.ttf", recalcTimestamp=False)
    subsetter = subset.Subsetter(options)
    subsetter.populate(unicodes=characters(face))
    subsetter.subset(font)
    font.save(root / "nnsight_graphwidget" / "static" / f"{FACES[face]}.ttf")
    runs: list[list[int]] = []  # [first code, last code, width]
    for code, glyph in sorted(font.getBestCmap().items()):
        width = font["hmtx"][glyph][0]
        if runs and runs[-1][1] == code - 1 and runs[-1][2] == width:
            runs[-1][1] = code
        else:
            runs.append([code, code, width])
    font.flavor = "woff"
    packed = io.BytesIO()
    font.save(packed)
    return ",".join(str(number) for run in runs for number in run), base64.b64encode(packed.getvalue()).decode()


def main() -> None:
    made = {face: make(face, Path(sys.argv[1])) for face in FACES}
    lines = ["// Written by js/fonts/make.py: never edited by hand.", ""]
    lines += ["/** Runs of [first code, last code, width in 1/2048 em]. */"]
    lines += ["export const WIDTHS = {", *(f"  {face}: [{runs}]," for face, (runs, _) in made.items()), "};", ""]
    lines += ["/** The faces as WOFF, base64. */"]
    lines += ["export const WOFF = {", *(f'  {face}: "{data}",' for face, (_, data) in made.items()), "};", ""]
    (root / "js" / "src" / "generated" / "fontdata.ts").write_text("\n".join(lines), "utf-8")


if __name__ == "__main__":
    main()
