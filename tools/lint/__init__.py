"""Our own laws, those that no linter of the shelf knows. `python -m tools.lint` runs them all.

Each rule is a function from a `File` to findings, in the module named for its subject; `__main__` lists
them. A line that must break one says why, on the line: `# lint: <rule>: <reason>` (in templates
`{# lint: … #}`). tests/unit/tools/test_lint.py breaks every rule once.
"""
