"""What takes several calls: running a container, copying files."""
