"""What a person sees and does, without a page: the same functions for the command line, the pages and programs.

Reading takes an open transaction (`db.read()`) and gives frozen data; what changes many jobs opens its own.
"""

from qbwc_server.desk.actions import Actions, Answer, Candidate, Needs, actions, candidates
from qbwc_server.desk.amounts import line_amount, number, payload_of, subtotal
from qbwc_server.desk.bulk import (
    MOST_PREVIEWED,
    Chunk,
    Deed,
    Preview,
    Reason,
    Result,
    Selection,
    Stays,
    carry_out,
    preview,
)
from qbwc_server.desk.choices import Choice, customers, items
from qbwc_server.desk.company_trouble import company_explanation
from qbwc_server.desk.connection import Connection, Step, connection
from qbwc_server.desk.correcting import correct
from qbwc_server.desk.document import Document, Line, Paid, document, in_words
from qbwc_server.desk.draft import Draft, draft
from qbwc_server.desk.estimate import Estimate, estimate
from qbwc_server.desk.filters import NEEDS_PERSON, JobFilter, read_filter, write_filter
from qbwc_server.desk.listing import PAGE, Count, JobLine, Page, counts, page
from qbwc_server.desk.naming import Named, named
from qbwc_server.desk.overview import Card, Overview, Visit, card, overview
from qbwc_server.desk.payables import OpenInvoice, OpenInvoices, open_invoices, spread
from qbwc_server.desk.receipt import Basis, Compared, Receipt, Verdict, receipt
from qbwc_server.desk.story import Neighbour, Neighbours, Story, story
from qbwc_server.desk.timeline import Entry, timeline
from qbwc_server.desk.trouble import Explanation, Who, explanation
from qbwc_server.desk.visits import Contact
from qbwc_server.desk.xml_parts import XmlParts, own_part, xml_parts

__all__ = [
    "MOST_PREVIEWED",
    "NEEDS_PERSON",
    "PAGE",
    "Actions",
    "Answer",
    "Basis",
    "Candidate",
    "Card",
    "Choice",
    "Chunk",
    "Compared",
    "Connection",
    "Contact",
    "Count",
    "Deed",
    "Document",
    "Draft",
    "Entry",
    "Estimate",
    "Explanation",
    "JobFilter",
    "JobLine",
    "Line",
    "Named",
    "Needs",
    "Neighbour",
    "Neighbours",
    "OpenInvoice",
    "OpenInvoices",
    "Overview",
    "Page",
    "Paid",
    "Preview",
    "Reason",
    "Receipt",
    "Result",
    "Selection",
    "Stays",
    "Step",
    "Story",
    "Verdict",
    "Visit",
    "Who",
    "XmlParts",
    "actions",
    "candidates",
    "card",
    "carry_out",
    "company_explanation",
    "connection",
    "correct",
    "counts",
    "customers",
    "document",
    "draft",
    "estimate",
    "explanation",
    "in_words",
    "items",
    "line_amount",
    "named",
    "number",
    "open_invoices",
    "overview",
    "own_part",
    "page",
    "payload_of",
    "preview",
    "read_filter",
    "receipt",
    "spread",
    "story",
    "subtotal",
    "timeline",
    "write_filter",
    "xml_parts",
]
