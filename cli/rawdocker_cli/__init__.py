"""The command line: docker's verbs, and the API calls behind each."""
