"""A teacher's room that a class joins with a code: shared place, predictions, favourite images."""
