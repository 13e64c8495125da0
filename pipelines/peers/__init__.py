"""Servers as others would build them round the same Restorer; they stand only beside ours in the benchmark."""
