"""Access tokens: fetched where they are given, kept until they are old, never shown to anybody."""
