"""A raw client of the Docker Engine API: a request is a value, and you see every one."""
