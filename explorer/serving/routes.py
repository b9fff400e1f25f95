"""What the server answers besides Streamlit's own pages."""

from __future__ import annotations

from starlette.routing import Route

from explorer.serving import fields, live, parcels


def routes(base: str) -> list[Route]:
    """Return the routes of a server that has its pages under the path `base`."""
    before = "".join(f"/{part}" for part in base.split("/") if part)
    return [
        Route(f"{before}/{live.PATH}/{{token}}/{{version}}/{{stage:path}}", live.respond),
        Route(f"{before}/{fields.PATH}/{{token}}/{{name}}", fields.respond),
        Route(f"{before}/{parcels.PATH}/{{token}}", parcels.respond),
    ]
