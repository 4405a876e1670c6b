"""QuickBooks: a company file and the request processor that reads and writes it."""
