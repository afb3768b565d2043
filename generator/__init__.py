"""From openapi/rounded.yaml to generated_client/callrounded_generated: `python -m generator --help`."""
