"""Many runs that differ in family, in one weight and in their seed, measured alike: a rate-distortion sweep."""

from __future__ import annotations

from vae_core.sweep.crew import train_all
from vae_core.sweep.plan import Plan, make_plan
from vae_core.sweep.plots import write_plots
from vae_core.sweep.table import Row, Table, rows_of, write_table
from vae_core.sweep.worker import Report

__all__ = [
    "Plan",
    "Report",
    "Row",
    "Table",
    "make_plan",
    "rows_of",
    "train_all",
    "write_plots",
    "write_table",
]
