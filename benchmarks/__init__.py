"""The cycle measured: what a job costs this server, beside a floor written by hand. `make bench` runs it."""
