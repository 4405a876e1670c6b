"""What QuickBooks knows: which external id of ours became which ListID or TxnID."""

from qbwc_server.records.store import Record, find, forget, holders, save

__all__ = ["Record", "find", "forget", "holders", "save"]
