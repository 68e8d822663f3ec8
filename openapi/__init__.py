"""What makes the generated packages: the vendored documents, the templates, and the commands between the two."""
