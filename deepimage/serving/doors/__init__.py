"""The interfaces of other services, for clients that were written for them."""
