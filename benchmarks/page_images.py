"""Format and size of page images: bytes, time and legibility are weighed on a sample of real pages."""

from __future__ import annotations

import argparse
import io
import json
import statistics
import sys
import time
from pathlib import Path

import pymupdf
from PIL import Image

EVERY = 40  # of the pages
DPIS = (80, 110, 144)


def main() -> None:
    """Draw every 40th page of a corpus in each format and print medians."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    pages = [
        (path, number)
        for path in sorted(parser.parse_args().folder.glob("*.pdf"))
        for number in range(pymupdf.open(path).page_count)
    ][::EVERY]
    sizes: dict[str, list[int]] = {}
    times: dict[str, list[float]] = {}
    for path, number in pages:
        page = pymupdf.open(path)[number]
        for dpi in DPIS:
            started = time.process_time()
            picture = page.get_pixmap(dpi=dpi, alpha=False)
            drawn = time.process_time() - started
            for name, encode in _encoders(picture).items():
                started = time.process_time()
                data = encode()
                key = f"{name} {dpi} dpi"
                sizes.setdefault(key, []).append(len(data))
                times.setdefault(key, []).append(drawn + time.process_time() - started)
    answer = {
        key: {
            "pages": len(sizes[key]),
            "median kB": round(statistics.median(sizes[key]) / 1_000, 1),
            "mean kB": round(statistics.mean(sizes[key]) / 1_000, 1),
            "pages per CPU second": round(len(times[key]) / sum(times[key]), 1),
        }
        for key in sizes
    }
    sys.stdout.write(json.dumps(answer, indent=2) + "\n")


def _encoders(picture: pymupdf.Pixmap) -> dict[str, object]:
    image = Image.frombytes("RGB", (picture.width, picture.height), picture.samples)

    def pillow(kind: str, **options: object) -> bytes:
        buffer = io.BytesIO()
        image.save(buffer, kind, **options)
        return buffer.getvalue()

    return {
        "png": lambda: picture.tobytes("png"),
        "png of 64 colours": lambda: _palette(image),
        "jpeg 80": lambda: picture.tobytes("jpeg", jpg_quality=80),
        "webp 80": lambda: pillow("WEBP", quality=80, method=2),
    }


def _palette(image: Image.Image) -> bytes:
    buffer = io.BytesIO()
    image.quantize(64, method=Image.Quantize.FASTOCTREE).save(buffer, "PNG")
    return buffer.getvalue()


if __name__ == "__main__":
    main()
