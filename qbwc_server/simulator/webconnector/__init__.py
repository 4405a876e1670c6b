"""The Web Connector: a .qwc file added, and one session over the wire."""
