"""What a person sees of a run: progress, summary, report.html, and the judgement of `verify`."""
