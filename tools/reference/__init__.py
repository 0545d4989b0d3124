"""Writers of the reference pages that follow from the code; put together by tools/generate_docs.py."""
