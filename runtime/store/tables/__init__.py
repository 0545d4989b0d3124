"""The system tables by subject. Everybody takes them from `runtime.store.schema`."""
