"""Signatures of people that there are not."""

from __future__ import annotations

from io import BytesIO

from PIL import Image, ImageDraw

from wharfinger.base.proving import Drawn


def drawn(name: str) -> Drawn:
    """A signature as a finger draws it: a stroke up and down for each letter."""
    picture = Image.new("RGBA", (360, 120), (255, 255, 255, 0))
    points = [
        (24 + n * 26 + dx, 78 - (17 * ord(letter) % 46) * dy)
        for n, letter in enumerate(name.replace(" ", "")[:11])
        for dx, dy in ((0, 0), (8, 1), (15, 0.2), (20, 0.6))
    ]
    ImageDraw.Draw(picture).line(points, fill=(20, 30, 60, 255), width=4, joint="curve")
    out = BytesIO()
    picture.save(out, "png", optimize=True)
    return Drawn(out.getvalue())
