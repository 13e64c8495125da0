"""Systems judged side by side: which cells there are, and the stage that fills one."""
