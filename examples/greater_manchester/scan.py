"""Scans: a clean page made to look as if it had been through an office scanner."""

from __future__ import annotations

import io
import random

from PIL import Image, ImageChops, ImageFilter

_PAPER = 247
_SKEW = 0.9  # degrees at most
_SPECKS = 240


def roughen(png: bytes, rng: random.Random) -> bytes:
    """Return a page image as a skewed, noisy greyscale JPEG.

    Parameters
    ----------
    png : bytes
        The clean page.
    rng : random.Random
        Source of every draw.
    """
    with Image.open(io.BytesIO(png)) as clean:
        page = clean.convert("L")
    angle = rng.choice((-1, 1)) * rng.uniform(0.4, _SKEW)
    page = page.rotate(angle, resample=Image.Resampling.BICUBIC, fillcolor=_PAPER)
    page = page.filter(ImageFilter.GaussianBlur(0.5))
    # Noise from our own generator: Pillow's effect_noise cannot be seeded.
    small = (page.width // 2, page.height // 2)
    grain = Image.frombytes("L", small, rng.randbytes(small[0] * small[1])).point([level // 12 for level in range(256)])
    page = ImageChops.subtract(page, grain.resize(page.size, Image.Resampling.BILINEAR))
    for _ in range(_SPECKS):
        page.putpixel((rng.randrange(page.width), rng.randrange(page.height)), rng.randrange(40, 120))
    out = io.BytesIO()
    page.save(out, format="JPEG", quality=72)
    return out.getvalue()
