"""How a class finds its room: the code as it is read out, and the link as a QR code."""

from __future__ import annotations

import segno

LONGEST = 500


def told(code: str) -> str:
    """Return a code in two parts, easier to read out and to copy.

    >>> told("BCDF2G")
    'BCD-F2G'
    """
    return f"{code[: len(code) // 2]}-{code[len(code) // 2 :]}"


def qr_svg(address: str) -> str:
    """Return a link as a QR code, an SVG element to put into a page.

    It is dark on light with its margin in every theme: many readers find no other. A quarter of it may be covered.

    >>> qr_svg("http://localhost:8501/room?code=BCDF2G")[:4]
    '<svg'
    """
    made = segno.make(address[:LONGEST], error="q", micro=False)
    return str(
        made.svg_inline(
            dark="#000", light="#fff", border=4, omitsize=True, title="QR code of the room's link"
        )
    )
