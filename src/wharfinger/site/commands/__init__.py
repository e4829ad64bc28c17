"""One file per command: `arguments(parser)` says what it takes, `run(options)` does it.

`run` returns the exit code. A command is found by its line in `site/cli.py`.
"""
