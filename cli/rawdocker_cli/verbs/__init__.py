"""What each verb does: a function (shell, options, words) -> exit code or None for 0."""
