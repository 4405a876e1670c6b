"""The forms in which jobs are typed: what they ask for, how they become jobs, and where what is wrong is shown.

Nothing here checks a job: a form is written as the same object that a file of JSON lines holds, and read by the same
functions. What these say about `lines[2].rate` is then shown at the rate of the third line.
"""

from qbwc_server.admin.entry.boxes import Box
from qbwc_server.admin.entry.layout import FORMS, Part, boxes_of, has_values
from qbwc_server.admin.entry.lines import Row, rows_of, with_a_row
from qbwc_server.admin.entry.offered import invoices_of, misnamed, offered, offered_items, pay_rows, rest_of, spread
from qbwc_server.admin.entry.others import kept_words
from qbwc_server.admin.entry.payments import applied_key, typed_parts
from qbwc_server.admin.entry.places import Shown, shown_problems
from qbwc_server.admin.entry.reading import fits, values_of
from qbwc_server.admin.entry.ref_text import Called, external_ids, ours, read_ref
from qbwc_server.admin.entry.writing import Written, json_line, write

__all__ = [
    "FORMS",
    "Box",
    "Called",
    "Part",
    "Row",
    "Shown",
    "Written",
    "applied_key",
    "boxes_of",
    "external_ids",
    "fits",
    "has_values",
    "invoices_of",
    "json_line",
    "kept_words",
    "misnamed",
    "offered",
    "offered_items",
    "ours",
    "pay_rows",
    "read_ref",
    "rest_of",
    "rows_of",
    "shown_problems",
    "spread",
    "typed_parts",
    "values_of",
    "with_a_row",
    "write",
]
