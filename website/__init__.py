"""What `nox -s docs` needs beside mkdocs: pages written from other sources, and checks of the built site."""
