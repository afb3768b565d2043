# Generated from openapi/rounded.yaml by `nox -s generate`. Do not edit: change openapi/ or generator/ and run it again.
"""The operations of the API: a package for each tag, a module for each operation."""
