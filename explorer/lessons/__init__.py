"""Guided lessons: predict, try, and be told; an ordered list of records, their texts beside them."""

from explorer.lessons.course import LESSONS

__all__ = ["LESSONS"]
