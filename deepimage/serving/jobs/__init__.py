"""Work that is fetched later, in one SQLite file.

A table whose claim is one UPDATE, not a task queue library: those that are kept up and need no server (huey) know
neither a task's place in the queue nor its progress, and cannot stop one that runs.
"""
