"""Compare what an API sends with its OpenAPI document."""
