"""JavaScript that runs a decoder and shows a latent space in the page, free of any framework.

The files are plain ES modules. Where only one script can be given, as in an offline HTML file or a component loaded
from a blob, :func:`script` joins a module with those it imports.
"""

from __future__ import annotations

import re
from importlib.resources import files

IMPORT = re.compile(r"^import\s+(?:\{[^}]*\}\s+from\s+)?[\"']\./([\w.]+)[\"'];\n", re.MULTILINE)


def script(name: str) -> str:
    """Return the module `name`, such as ``"decoder.js"``, and everything it imports as one ES module.

    The exports of all of them stay exported. Names at the top level are unique over all modules here, as a test
    checks, so that joining is concatenation.
    """
    seen: list[str] = []
    parts: list[str] = []
    _join(name, seen, parts)
    return "\n".join(parts)


def _join(name: str, seen: list[str], parts: list[str]) -> None:
    if name in seen:
        return
    seen.append(name)
    text = files(__name__).joinpath(name).read_text(encoding="utf-8")
    for imported in IMPORT.findall(text):
        _join(imported, seen, parts)
    parts.append(f"// {name}\n{IMPORT.sub('', text)}")
