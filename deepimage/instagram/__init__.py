"""Instagram's "download your information" exports: what is in them, when and where it was taken, in whose words."""
