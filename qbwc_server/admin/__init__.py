"""The admin page: Flask, server-rendered, for the people who look after the exchange."""

__all__: list[str] = []
