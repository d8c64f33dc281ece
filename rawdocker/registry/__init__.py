"""What is known of registries without asking one: how images are named.

    reference.py    docker's grammar of image names, their full and their familiar form
    platform.py     os/arch/variant, as --platform takes it
    credentials.py  which stored credentials belong to a registry, and how they are kept
    helpers.py      docker-credential-NAME: programs that keep credentials
"""
