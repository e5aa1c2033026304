"""Mailboxes watched by IMAP: each mail in a folder of ours is taken once, and never lost."""
