"""The form designer: its page, its edits, its expression editor, publishing, and new apps and forms."""
