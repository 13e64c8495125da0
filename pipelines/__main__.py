"""`python -m pipelines` is the `deepimage` command."""

from pipelines.cli import main

main()
