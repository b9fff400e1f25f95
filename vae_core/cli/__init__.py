"""The command line: train, measure and use models without the app, one module for each group of commands."""

from __future__ import annotations

from vae_core.cli.entrance import build_parser, main

__all__ = ["build_parser", "main"]
