"""What several suites share: the tables in the source, the OpenAPI document, a running service and its clients."""
