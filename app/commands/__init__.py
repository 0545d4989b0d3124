"""Commands: one module a subject, each a click command that opens one platform and answers once."""
